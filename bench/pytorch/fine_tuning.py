"""Full fine-tuning of a MiniLM (BERT, post-norm) for classification: every weight is trained, batches as long as their longest text."""

import torch
import torch.nn.functional as F


class FineTuning:
    def __init__(self, tensors, options):
        self.options = options
        self.batches = [
            (tensors[f"ids{index}"].long(), tensors[f"lengths{index}"].long(), tensors[f"targets{index}"].long())
            for index in range(options["batches"])
        ]
        self.next = 0
        width, inner = options["width"], options["inner_width"]
        # Drawn anew: how long a step takes does not depend on what the weights are.
        random = torch.Generator().manual_seed(options["seed"])
        draw = lambda *shape: torch.randn(*shape, generator=random).mul_(0.02).requires_grad_()
        self.parameters = {}
        dense = lambda name, rows, columns: self.parameters.update(
            {f"{name}.weight": draw(columns, rows), f"{name}.bias": torch.zeros(columns, requires_grad=True)}
        )
        norm = lambda name: self.parameters.update(
            {f"{name}.scale": torch.ones(width, requires_grad=True), f"{name}.bias": torch.zeros(width, requires_grad=True)}
        )
        self.parameters["words"] = draw(options["vocabulary"], width)
        self.parameters["positions"] = draw(options["positions"], width)
        self.parameters["type"] = draw(width)
        norm("norm")
        for layer in range(options["layers"]):
            for part in ("query", "key", "value", "mix"):
                dense(f"block{layer}.{part}", width, width)
            dense(f"block{layer}.inner", width, inner)
            dense(f"block{layer}.outer", inner, width)
            norm(f"block{layer}.norm1")
            norm(f"block{layer}.norm2")
        dense("head", width, options["classes"])

    def groups(self):
        return [{"params": list(self.parameters.values())}]

    def check_batch(self):
        return self.batches[0]

    def next_batch(self):
        batch = self.batches[self.next % len(self.batches)]
        self.next += 1
        return batch

    def loss(self, ids, lengths, targets):
        p = self.parameters
        heads = self.options["heads"]
        batch, length = ids.shape
        width = self.options["width"]
        dense = lambda name, x: F.linear(x, p[f"{name}.weight"], p[f"{name}.bias"])
        norm = lambda name, x: F.layer_norm(x, (width,), p[f"{name}.scale"], p[f"{name}.bias"], 1e-12)
        split = lambda x: x.view(batch, length, heads, width // heads).transpose(1, 2)
        mask = torch.arange(length)[None] < lengths[:, None]
        x = norm("norm", F.embedding(ids, p["words"]) + p["positions"][:length] + p["type"])
        for layer in range(self.options["layers"]):
            path = f"block{layer}"
            projected = [split(dense(f"{path}.{part}", x)) for part in ("query", "key", "value")]
            mixed = F.scaled_dot_product_attention(*projected, attn_mask=mask[:, None, None])
            x = norm(f"{path}.norm1", x + dense(f"{path}.mix", mixed.transpose(1, 2).reshape(batch, length, width)))
            x = norm(f"{path}.norm2", x + dense(f"{path}.outer", F.gelu(dense(f"{path}.inner", x))))
        weights = mask.float() / lengths[:, None]
        return F.cross_entropy(dense("head", torch.einsum("bs,bsd->bd", weights, x)), targets)
