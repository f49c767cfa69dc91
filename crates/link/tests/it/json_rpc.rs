//! JSON-RPC calls over real sockets.

use std::time::Duration;

use latchkey_link::http::client;
use latchkey_link::http::json_rpc::{CallError, NoResult, PostError, call};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

const LONGEST: usize = 1_000;

/// What a call brings if the server answers with this status, these headers and this body.
async fn called(status: &str, headers: &str, body: &str) -> Result<Value, CallError> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}/?api-key=SECRET", listener.local_addr().unwrap());
    let answer = format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n{body}", body.len());
    let served = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        while !request.ends_with(br#""params":[1]}"#) {
            request.push(stream.read_u8().await.unwrap());
        }
        stream.write_all(answer.as_bytes()).await.unwrap();
    };
    let client = client().timeout(Duration::from_secs(20)).build().unwrap();
    let params = json!([1]);
    let (result, ()) = tokio::join!(call(&client, &url, "getIt", &params, LONGEST), served);
    result
}

#[tokio::test]
async fn a_result_is_brought() {
    let result = called("200 OK", "", r#"{"jsonrpc":"2.0","id":1,"result":{"value":7}}"#).await.unwrap();
    assert_eq!(result, json!({ "value": 7 }));
    assert_eq!(called("200 OK", "", r#"{"jsonrpc":"2.0","id":1,"result":null}"#).await.unwrap(), Value::Null);
}

#[tokio::test]
async fn what_is_no_result_is_told_apart() {
    for (retry_after, pause) in [
        ("", None),
        ("retry-after: 7\r\n", Some(7)),
        ("retry-after: Wed, 21 Oct 2026 07:28:00 GMT\r\n", None),
        ("retry-after: -1\r\n", None),
    ] {
        let error = called("429 Too Many Requests", retry_after, "").await.unwrap_err();
        let expected = pause.map(Duration::from_secs);
        assert!(
            matches!(error, CallError::NoResult(NoResult::RateLimited { pause }) if pause == expected),
            "{error:?}"
        );
    }
    for status in ["307 Temporary Redirect", "403 Forbidden", "502 Bad Gateway", "201 Created"] {
        let error = called(status, "location: http://127.0.0.1:9/\r\n", "{}").await.unwrap_err();
        assert!(
            matches!(error, CallError::NoResult(NoResult::Status(code)) if status.starts_with(&code.to_string())),
            "{error:?}"
        );
    }
    for body in ["<html>", "[]", "", r#"{"error":{"code":"x"}}"#] {
        let error = called("200 OK", "", body).await.unwrap_err();
        assert!(matches!(error, CallError::NoResult(NoResult::Malformed(_))), "{body}: {error:?}");
    }
    let error = called("200 OK", "", &" ".repeat(LONGEST + 1)).await.unwrap_err();
    assert!(matches!(error, CallError::Post(PostError::TooLong(LONGEST))), "{error:?}");
    assert!(called("200 OK", "", &format!("{:LONGEST$}", r#"{"result":1}"#)).await.is_ok());
}

#[tokio::test]
async fn what_a_server_quotes_of_its_address_is_not_shown() {
    let body = r#"{"error":{"code":-32005,"message":"too much at https://node.example/?api-key=SECRET"}}"#;
    let error = called("200 OK", "", body).await.unwrap_err();
    assert!(matches!(error, CallError::NoResult(NoResult::Refused { code: -32_005, .. })), "{error:?}");
    assert!(!format!("{error:?}").contains("SECRET"), "{error:?}");
    let client = client().build().unwrap();
    let error = call::<Value>(&client, "http://127.0.0.1:9/?api-key=SECRET", "getIt", &json!([]), 1)
        .await
        .unwrap_err();
    assert!(!format!("{error:?}").contains("SECRET"), "{error:?}");
}
