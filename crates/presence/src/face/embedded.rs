//! The default engine: three networks inside the program, run in pure Rust.

use std::sync::Arc;

use rten::ThreadPool;

use super::detect::detect;
use super::embed::Chip;
use super::mesh::Mesh;
use super::model::{LoadFault, Model, ModelIdentity};
use super::{FaceEngine, Look, LookFault};
use crate::picture::Picture;

pub struct EmbeddedEngine {
    detector: Model,
    mesh: Model,
    embedding: Model,
}

impl EmbeddedEngine {
    /// Loads the three models, each only if it is byte for byte the evaluated one, for this many threads in all.
    pub fn load(threads: usize) -> Result<Self, LoadFault> {
        let threads = Arc::new(ThreadPool::with_num_threads(threads.max(1)));
        Ok(Self {
            detector: Model::load(
                "blazeface",
                "f71784816240047573e68716b49225f95296461272ba5ef382f9346d8e44d846",
                include_bytes!("../../models/blazeface.onnx"),
                &threads,
            )?,
            mesh: Model::load(
                "facemesh",
                "82a29c41d45b402035a14c2a4b60e8f2414e5ff564402cbf2642a12d3c93114c",
                include_bytes!("../../models/facemesh.onnx"),
                &threads,
            )?,
            embedding: Model::load(
                "dlib_resnet",
                "021827c3e7ac49c443d61df19ea58e5f513c339af4717bb5c9ebd5694365c343",
                include_bytes!("../../models/dlib_resnet.onnx"),
                &threads,
            )?,
        })
    }
}

impl FaceEngine for EmbeddedEngine {
    fn look(&self, picture: &Picture) -> Result<Look, LookFault> {
        let faces = detect(&self.detector, picture)?;
        let [face] = faces.as_slice() else {
            return Err(if faces.is_empty() { LookFault::NoFace } else { LookFault::SeveralFaces });
        };
        let mesh = Mesh::fit(&self.mesh, picture, face)?;
        let chip = Chip::cut(picture, &mesh)?;
        Ok(Look {
            template: chip.embed(&self.embedding)?,
            face_width_px: face.width,
            pose: mesh.pose(),
            eyes: mesh.eyes(),
            sharpness: chip.sharpness(),
            light: chip.light(),
        })
    }

    fn identity(&self) -> Vec<ModelIdentity> {
        [&self.detector, &self.mesh, &self.embedding].map(Model::identity).to_vec()
    }
}
