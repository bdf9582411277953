//! Distributions that need `libstdc++.so.6` at run time, which a Nix image does not have on its
//! library path.
//!
//! Wheels for Linux may rely on the C++ runtime of the system, so a wheel with C++ in it does. A
//! distribution is listed where its own wheel needs the library, or one of its fixed dependencies
//! does. What pulls one in only in some versions is left out.

use super::name::normalize;

/// Sorted.
pub(crate) const NATIVE: &[&str] = &[
    "accelerate",
    "albumentations",
    "bokeh",
    "catboost",
    "chromadb",
    "contourpy",
    "ctranslate2",
    "datasets",
    "deepface",
    "diffusers",
    "easyocr",
    "faiss-cpu",
    "faster-whisper",
    "firebase-admin",
    "folium",
    "gensim",
    "geopandas",
    "gevent",
    "google-ai-generativelanguage",
    "google-cloud-aiplatform",
    "google-cloud-dialogflow",
    "google-cloud-firestore",
    "google-cloud-logging",
    "google-cloud-pubsub",
    "google-cloud-secret-manager",
    "google-cloud-speech",
    "google-cloud-texttospeech",
    "google-cloud-translate",
    "google-cloud-vision",
    "google-generativeai",
    "gradio",
    "greenlet",
    "grpcio",
    "grpcio-health-checking",
    "grpcio-reflection",
    "grpcio-status",
    "grpcio-tools",
    "hdbscan",
    "imageio",
    "imbalanced-learn",
    "insightface",
    "jax",
    "jaxlib",
    "keras",
    "keras-preprocessing",
    "kiwisolver",
    "levenshtein",
    "librosa",
    "lightgbm",
    "llvmlite",
    "matplotlib",
    "mediapipe",
    "moviepy",
    "mplfinance",
    "nibabel",
    "numba",
    "numpy",
    "onnx",
    "onnxruntime",
    "openai-whisper",
    "opencv-contrib-python",
    "opencv-contrib-python-headless",
    "opencv-python",
    "opencv-python-headless",
    "optuna",
    "paddlepaddle",
    "pandas",
    "pandas-ta",
    "panel",
    "playwright",
    "prophet",
    "pyarrow",
    "pydeck",
    "pymilvus",
    "pymupdf",
    "python-levenshtein",
    "pytorch-lightning",
    "pyzmq",
    "qdrant-client",
    "rasterio",
    "scikit-image",
    "scikit-learn",
    "scipy",
    "seaborn",
    "sentence-transformers",
    "sentencepiece",
    "shap",
    "shapely",
    "soundfile",
    "spacy",
    "statsmodels",
    "streamlit",
    "ta-lib",
    "tensorflow",
    "tensorflow-cpu",
    "tensorflow-intel",
    "tflite-runtime",
    "thinc",
    "timm",
    "torch",
    "torchaudio",
    "torchvision",
    "transformers",
    "ultralytics",
    "umap-learn",
    "wordcloud",
    "xarray",
    "xgboost",
    "yfinance",
];

/// Whether the distribution needs `libstdc++.so.6`.
pub fn needs_libstdcxx(name: &str) -> bool {
    NATIVE.binary_search(&normalize(name).as_str()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_normalised() {
        assert!(NATIVE.is_sorted());
        assert!(NATIVE.iter().all(|name| normalize(name) == *name));
    }

    #[test]
    fn names_are_compared_normalised() {
        assert!(needs_libstdcxx("NumPy"));
        assert!(needs_libstdcxx("google_generativeai"));
        assert!(!needs_libstdcxx("flask"));
    }
}
