//! As much of HTTP/1.1 as an RPC client needs: POST with a body of known length, and connections that stay open.

use std::io::{Error, ErrorKind, Result};

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// The longest body that is read, bytes.
const MAX_BODY: usize = 1 << 20;

/// An answer to one request.
pub struct Reply {
    /// Number and name of the status.
    pub status: &'static str,
    /// Header lines, each with its line end.
    pub headers: String,
    pub body: Vec<u8>,
}

impl Reply {
    /// A JSON object, and all is well.
    pub fn ok(body: &Value) -> Self {
        Self { status: "200 OK", headers: String::new(), body: body.to_string().into_bytes() }
    }
}

/// Answers requests until the client closes the connection.
pub async fn serve<F: Future<Output = Reply>>(stream: TcpStream, answer: impl Fn(Value) -> F) -> Result<()> {
    let mut stream = BufReader::new(stream);
    while let Some(body) = read(&mut stream).await? {
        let Reply { status, headers, body } = answer(serde_json::from_slice(&body)?).await;
        let head = format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/json\r\n{headers}content-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(&body).await?;
        stream.flush().await?;
    }
    Ok(())
}

/// The body of the next request. None if the client has closed the connection.
async fn read(stream: &mut BufReader<TcpStream>) -> Result<Option<Vec<u8>>> {
    let mut length = 0;
    let mut is_first = true;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return if is_first { Ok(None) } else { Err(ErrorKind::UnexpectedEof.into()) };
        }
        is_first = false;
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().map_err(|_| Error::from(ErrorKind::InvalidData))?;
        }
    }
    if length > MAX_BODY {
        return Err(ErrorKind::InvalidData.into());
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    Ok(Some(body))
}
