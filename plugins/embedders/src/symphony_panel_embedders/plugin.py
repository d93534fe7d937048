"""What this plugin offers."""

from __future__ import annotations

from symphony_core.hookspecs import hookimpl
from symphony_core.specs import AnalysisSpec, EmbedderSpec, Needs, Role

api = 1


@hookimpl
def register_analyses() -> list[AnalysisSpec]:
    """List the analysis that computes embeddings, by whichever plugin's embedder."""
    return [
        AnalysisSpec(
            name="embeddings",
            title="Embeddings",
            run="symphony_panel_embedders.analysis:run",
            needs=Needs(one_of=(Role.TEXT, Role.IMAGE)),
            provides=("embedding_*:vectors",),
            summary="Gives each row the vector of its text or image, computed on this machine.",
        )
    ]


@hookimpl
def register_embedders() -> list[EmbedderSpec]:
    """List a model for texts and one for images; neither is imported before it is used."""
    return [
        EmbedderSpec(
            name="minilm",
            title="MiniLM (text)",
            kind="text",
            load="symphony_panel_embedders.minilm:load",
            dimension=384,
            version="1",
            summary="all-MiniLM-L6-v2: meaning of English sentences and short paragraphs.",
        ),
        EmbedderSpec(
            name="efficientnet_lite0",
            title="EfficientNet-lite0 (images)",
            kind="image",
            load="symphony_panel_embedders.lite0:load",
            dimension=1280,
            version="1",
            summary="EfficientNet-lite0: what a network trained on photographs sees before it names it.",
        ),
    ]
