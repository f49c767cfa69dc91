//! The nodes as `solana-client` calls them: with their limits, their order, and no redirect.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value;
use solana_client::client_error::{ClientError, ClientErrorKind};
use solana_client::nonblocking::rpc_client::RpcClient;
use solana_client::rpc_client::RpcClientConfig;
use solana_client::rpc_request::{RpcError, RpcRequest, RpcResponseErrorData};
use solana_client::rpc_sender::{RpcSender, RpcTransportStats};

use super::{CallError, Method, Nodes};

/// A client of `solana-client` that asks these nodes.
pub fn rpc_client(nodes: Arc<Nodes>) -> RpcClient {
    RpcClient::new_sender(Sender(nodes), RpcClientConfig::default())
}

struct Sender(Arc<Nodes>);

#[async_trait]
impl RpcSender for Sender {
    async fn send(&self, request: RpcRequest, params: Value) -> Result<Value, ClientError> {
        let name = request.to_string();
        let method = Method::ALL.into_iter().find(|method| method.name() == name);
        let method = method
            .ok_or_else(|| ClientErrorKind::Custom(format!("{name} is no method that the keeper calls")))?;
        match self.0.ask(method, params).await {
            Ok((value, _)) => Ok(value),
            Err(CallError::Refused { code, message, .. }) => {
                let data = RpcResponseErrorData::Empty;
                Err(ClientErrorKind::RpcError(RpcError::RpcResponseError { code, message, data }).into())
            }
            Err(error) => Err(ClientErrorKind::Custom(error.to_string()).into()),
        }
    }

    fn get_transport_stats(&self) -> RpcTransportStats {
        RpcTransportStats::default()
    }

    fn url(&self) -> String {
        self.0.each().iter().map(|node| node.name()).collect::<Vec<_>>().join(" ")
    }
}
