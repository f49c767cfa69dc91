//! The built web page, served on this machine.

use std::{
    fs,
    net::Ipv4Addr,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use axum::{
    Router,
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue},
    middleware::{Next, from_fn},
};
use bs58::encode;
use solana_sdk::signature::Keypair;
use tokio::{net::TcpListener, task::JoinHandle};
use tower_http::services::ServeDir;

use crate::{localnet::Localnet, sponsor::SponsorProcess};

/// Where `cargo xtask app build` builds the page, if it has.
pub fn built() -> Option<PathBuf> {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../app/dist");
    (dist.join("index.html").exists() && dist.join("rules.wasm").exists()).then_some(dist)
}

/// Serves the page on a port of its own, so that its wallet and settings are apart from those of another. It ends when this
/// is dropped.
#[derive(Debug)]
pub struct PageServer {
    port: u16,
    serving: JoinHandle<()>,
}

impl PageServer {
    /// Serves what was built into `dist`, with the headers that the build wrote down.
    pub async fn start(dist: &Path) -> Result<Self> {
        let listed = dist.join("_headers");
        let headers = fs::read_to_string(&listed)
            .with_context(|| format!("{}: `cargo xtask app build` writes it", listed.display()))?;
        let headers = read_headers(&headers)?;
        let with_headers = from_fn(move |request: Request, next: Next| {
            let headers = headers.clone();
            async move {
                let mut answer = next.run(request).await;
                answer.headers_mut().extend(headers);
                answer
            }
        });
        let router = Router::new().fallback_service(ServeDir::new(dist)).layer(with_headers);
        // Only this machine reaches it.
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let serving = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::error!("the page is not served any more: {error}");
            }
        });
        Ok(Self { port, serving })
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// A link that opens `screen` with this key in the page's burner wallet, this validator as its node, and the
    /// sponsor if there is one. What stands behind
    /// `#` is never sent to a server.
    pub fn link(
        &self,
        localnet: &Localnet,
        sponsor: Option<&SponsorProcess>,
        key: &Keypair,
        screen: &str,
    ) -> String {
        let key = encode(key.secret_bytes()).into_string();
        let (url, rpc, websocket) = (self.url(), localnet.url(), localnet.websocket_port());
        let sponsor = sponsor.map(|sponsor| format!("&sponsor={}", sponsor.address())).unwrap_or_default();
        format!("{url}/#/local?rpc={rpc}&ws=ws://127.0.0.1:{websocket}{sponsor}&key={key}&to={screen}")
    }
}

impl Drop for PageServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// The headers for every path of a `_headers` file: indented lines of a name, a colon and a value.
fn read_headers(text: &str) -> Result<HeaderMap> {
    let lines = text.lines().filter(|line| line.starts_with(' '));
    lines
        .map(|line| {
            let (name, value) = line.trim().split_once(": ").with_context(|| format!("{line:?}"))?;
            Ok((HeaderName::try_from(name)?, HeaderValue::try_from(value)?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use latchkey_link::http::client;
    use tempfile::TempDir;

    use super::*;

    const HEADERS: &str =
        "/*\n  content-security-policy: default-src 'self'\n  referrer-policy: no-referrer\n";

    async fn served() -> (TempDir, PageServer) {
        let directory = TempDir::new().unwrap();
        let dist = directory.path().join("dist");
        fs::create_dir(&dist).unwrap();
        fs::write(directory.path().join("secret.txt"), "secret").unwrap();
        for (name, text) in [("index.html", "<p>page"), ("rules.wasm", "\0asm"), ("_headers", HEADERS)] {
            fs::write(dist.join(name), text).unwrap();
        }
        let server = PageServer::start(&dist).await.unwrap();
        (directory, server)
    }

    #[tokio::test]
    async fn every_answer_carries_the_headers_of_the_build_and_its_type() {
        let (_directory, server) = served().await;
        let client = client().build().unwrap();
        for (path, status, kind) in [
            ("/", 200, Some("text/html")),
            ("/rules.wasm", 200, Some("application/wasm")),
            ("/none", 404, None),
        ] {
            let answer = client.get(format!("{}{path}", server.url())).send().await.unwrap();
            let said =
                |name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
            assert_eq!(answer.status(), status, "{path}");
            assert_eq!(said("content-type").as_deref(), kind, "{path}");
            assert_eq!(said("content-security-policy").as_deref(), Some("default-src 'self'"), "{path}");
            assert_eq!(said("referrer-policy").as_deref(), Some("no-referrer"), "{path}");
        }
    }

    #[tokio::test]
    async fn nothing_beside_the_build_is_served() {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

        let (_directory, server) = served().await;
        for path in ["/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt"] {
            let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", server.port)).await.unwrap();
            let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
            stream.write_all(request.as_bytes()).await.unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.unwrap();
            assert!(answer.starts_with("HTTP/1.1 404"), "{path}: {answer}");
            assert!(!answer.contains("secret\n") && !answer.ends_with("secret"), "{path}: {answer}");
        }
    }

    #[tokio::test]
    async fn it_ends_with_its_owner() {
        let (_directory, server) = served().await;
        let url = server.url();
        drop(server);
        tokio::task::yield_now().await;
        assert!(client().build().unwrap().get(url).send().await.is_err());
    }

    #[tokio::test]
    async fn a_page_that_was_not_built_is_not_served() {
        let directory = TempDir::new().unwrap();
        let error = PageServer::start(directory.path()).await.unwrap_err();
        assert!(format!("{error:#}").contains("cargo xtask app build"), "{error:#}");
    }
}
