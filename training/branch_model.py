"""The emotion branch with the head it is tuned by, on clips instead of segments."""

from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import nn

from training.cache import Sequence
from verhm.labels import EMOTIONS
from verhm.model.branch import EmotionBranch, Tokens
from verhm.model.pooling import Windows

AT_ONCE = 32  # clips, when a branch is asked


class BranchModel(nn.Module):
    """A branch with the head it is tuned by."""

    def __init__(self, branch: EmotionBranch, head_dropout: float = 0.0) -> None:
        super().__init__()
        self.branch = branch
        self.dropout = nn.Dropout(head_dropout)
        self.head = nn.Linear(branch.embed.out_features, len(EMOTIONS))

    def forward(self, tokens: Tokens) -> torch.Tensor:
        """B whole clips to (B, K) logits."""
        return self.head(self.dropout(self.branch.embed_statistics(self.describe(tokens))))

    def describe(self, tokens: Tokens) -> torch.Tensor:
        """B whole clips to (B, S) statistics."""
        count, length = tokens.speech.shape
        whole = torch.arange(count, device=tokens.speech.device)
        windows = Windows(whole, torch.zeros_like(whole), length)
        return self.branch.describe(self.branch(tokens), tokens.speech, windows)


def read_branch(path: Path, branch: EmotionBranch) -> BranchModel:
    """A tuned branch.

    Args:
        path: of the weights
        branch: of the same sizes; changed

    Raises:
        FileNotFoundError: when the run has not ended
    """
    model = BranchModel(branch)
    model.load_state_dict(load_file(path), strict=True)
    # Stored in half precision, so this is what inference will run with.
    return model.half().float().eval()


@torch.inference_mode()
def embed_clips(model: BranchModel, sequences: list[Sequence], window: int) -> np.ndarray:
    """What a branch says of each window of each clip, and of each clip as a whole.

    Args:
        model: tuned
        sequences: C clips
        window: tokens in a window

    Returns:
        (N, E) embedding: of the first clip's windows, of that clip, of the second clip's windows, …
    """
    device = next(model.parameters()).device
    found: list[np.ndarray] = [np.empty(0)] * len(sequences)
    order = np.argsort([len(sequence.tokens) for sequence in sequences], kind="stable")
    for at in range(0, len(order), AT_ONCE):
        chosen = order[at : at + AT_ONCE]
        parts = [sequences[index] for index in chosen]
        counts = [len(part.first) for part in parts]
        tokens = move(pad(parts, window), device)
        levels = model.branch(tokens)
        owner = np.repeat(np.arange(len(parts)), counts)
        first = np.concatenate([part.first for part in parts])
        windows = Windows(
            torch.from_numpy(owner).to(device), torch.from_numpy(first).to(device), window
        )
        each = torch.arange(len(parts), device=device)
        whole = Windows(each, torch.zeros_like(each), tokens.speech.shape[1])
        of_windows, of_clips = (
            model.branch.embed_statistics(model.branch.describe(levels, tokens.speech, some))
            .cpu()
            .numpy()
            for some in (windows, whole)
        )
        for index, rows, clip in zip(
            chosen, np.split(of_windows, np.cumsum(counts)[:-1]), of_clips, strict=True
        ):
            found[index] = np.concatenate([rows, clip[None]])
    return np.concatenate(found)


def pad(sequences: list[Sequence], shortest: int) -> Tokens:
    """Whole clips side by side, filled up with silence."""
    length = max(shortest, *(len(sequence.tokens) for sequence in sequences))
    values = torch.zeros(len(sequences), length, sequences[0].tokens.shape[1])
    speech = torch.zeros(values.shape[:2], dtype=torch.bool)
    for row, sequence in enumerate(sequences):
        count = len(sequence.tokens)
        values[row, :count] = torch.from_numpy(sequence.tokens.astype(np.float32))
        speech[row, :count] = torch.from_numpy(sequence.speech)
    return Tokens(values, speech)


def move(tokens: Tokens, device: torch.device) -> Tokens:
    return Tokens(tokens.values.to(device), tokens.speech.to(device))


def trim(sequence: Sequence) -> Sequence:
    """A clip from its first speech to its last, without windows; as it is where nobody speaks."""
    spoken = np.flatnonzero(sequence.speech)
    if not len(spoken):
        return sequence
    inside = slice(spoken[0], spoken[-1] + 1)
    return Sequence(sequence.tokens[inside], sequence.speech[inside], sequence.first[:0])
