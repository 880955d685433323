"""One training step of the transformer of bench/train/transformer.ts, as one would write it in PyTorch for speed."""

import torch
import torch.nn.functional as F


class Transformer:
    def __init__(self, tensors, options):
        self.ids = tensors.pop("ids").long()
        self.targets = tensors.pop("targets").argmax(1)
        self.options = options
        self.parameters = {name: value.requires_grad_() for name, value in tensors.items()}

    def groups(self):
        return [{"params": list(self.parameters.values())}]

    def check_batch(self):
        return (self.ids, self.targets)

    def next_batch(self):
        return (self.ids, self.targets)

    def loss(self, ids, targets):
        p = self.parameters
        heads = self.options["heads"]
        batch, length = ids.shape
        width = p["positions"].shape[1]

        def dense(name, x):
            return F.linear(x, p[f"{name}.weight"].t(), p[f"{name}.bias"])

        def norm(name, x):
            return F.layer_norm(x, (width,), p[f"{name}.scale"], p[f"{name}.bias"])

        def split(x):
            return x.view(batch, length, heads, width // heads).transpose(1, 2)

        x = F.embedding(ids, p["words"]) + p["positions"]
        for layer in range(self.options["layers"]):
            path = f"block{layer}"
            projected = [split(dense(f"{path}.{part}", x)) for part in ("query", "key", "value")]
            mixed = F.scaled_dot_product_attention(*projected).transpose(1, 2).reshape(batch, length, width)
            x = norm(f"{path}.norm1", x + dense(f"{path}.mix", mixed))
            x = norm(f"{path}.norm2", x + dense(f"{path}.outer", F.relu(dense(f"{path}.inner", x))))
        return F.cross_entropy(dense("head", x.mean(1)), targets)
