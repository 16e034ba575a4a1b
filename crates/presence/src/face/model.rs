//! The three networks: embedded, checked by digest, run within a fixed number of threads.

use std::sync::Arc;

use rten::{Model as Graph, NodeId, RunOptions, ThreadPool};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, Tensor};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::LookFault;

/// Which model gave a verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ModelIdentity {
    pub name: String,
    pub sha256: String,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoadFault {
    #[error("the model {0} is not the one this software was evaluated with")]
    Digest(&'static str),
    #[error("the model {0} does not load")]
    Graph(&'static str),
}

/// A network with one input and its outputs.
pub(super) struct Model {
    name: &'static str,
    sha256: &'static str,
    graph: Graph,
    input: NodeId,
    outputs: Vec<NodeId>,
    threads: Arc<ThreadPool>,
}

/// An output: its shape and its values.
pub(super) struct Output {
    pub shape: Vec<usize>,
    pub values: Vec<f32>,
}

impl Model {
    pub(super) fn load(
        name: &'static str,
        sha256: &'static str,
        bytes: &'static [u8],
        threads: &Arc<ThreadPool>,
    ) -> Result<Self, LoadFault> {
        let digest: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        if digest != sha256 {
            return Err(LoadFault::Digest(name));
        }
        let graph = Graph::load_static_slice(bytes).map_err(|_| LoadFault::Graph(name))?;
        let input = graph.input_ids().first().copied().ok_or(LoadFault::Graph(name))?;
        let outputs = graph.output_ids().to_vec();
        Ok(Self { name, sha256, graph, input, outputs, threads: Arc::clone(threads) })
    }

    pub(super) fn identity(&self) -> ModelIdentity {
        ModelIdentity { name: self.name.to_owned(), sha256: self.sha256.to_owned() }
    }

    pub(super) fn run(&self, shape: [usize; 4], values: Vec<f32>) -> Result<Vec<Output>, LookFault> {
        let input = NdTensor::from_data(shape, values);
        let options = RunOptions::default().with_thread_pool(Some(Arc::clone(&self.threads)));
        let outputs = self
            .graph
            .run(vec![(self.input, input.view().into())], &self.outputs, Some(options))
            .map_err(|_| LookFault::Engine)?;
        let output = |value: rten::Value| {
            let tensor: Tensor<f32> = value.try_into().map_err(|_| LookFault::Engine)?;
            Ok(Output { shape: tensor.shape().to_vec(), values: tensor.to_vec() })
        };
        outputs.into_iter().map(output).collect()
    }
}
