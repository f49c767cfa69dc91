//! As much of HTTP/1.1 as an RPC client needs: POST with a body of known length, and connections that stay open.

use std::io::{Error, ErrorKind, Result};

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// The longest body that is read, bytes.
const MAX_BODY: usize = 1 << 20;

/// Answers requests until the client closes the connection.
pub async fn serve(stream: TcpStream, answer: impl Fn(&Value) -> Value) -> Result<()> {
    let mut stream = BufReader::new(stream);
    while let Some(body) = read(&mut stream).await? {
        let request: Value = serde_json::from_slice(&body)?;
        let reply = serde_json::to_vec(&answer(&request))?;
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            reply.len()
        );
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(&reply).await?;
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
