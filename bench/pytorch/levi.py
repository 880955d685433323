"""One training step of LEVI (src/levi/train), batch and dropout masks included, as one would write it in PyTorch for speed."""

import torch
import torch.nn.functional as F


class Levi:
    def __init__(self, tensors, options):
        take = lambda name: tensors.pop(f"data.{name}")
        self.features = take("features")
        self.targets = take("targets").argmax(1)
        self.offsets = take("offsets").long()
        self.ngrams = take("ngrams").long()
        self.scales = take("scales")
        self.rows = take("rows").long()
        self.view_mask = take("view_mask")
        self.head_mask = take("head_mask")
        self.options = options
        self.order = self.rows[:0]
        self.random = torch.Generator().manual_seed(options["seed"])
        self.parameters = {name: value.requires_grad_() for name, value in tensors.items()}

    def groups(self):
        table = self.parameters["levi.ngrams"]
        others = [value for value in self.parameters.values() if value is not table]
        rate = self.options["learning_rate"] * self.options["task_learning_rate_factor"]
        return [{"params": others}, {"params": [table], "lr": rate}]

    def check_batch(self):
        return self.batch(self.rows, self.view_mask, self.head_mask)

    def next_batch(self):
        if len(self.order) < len(self.rows):
            self.order = torch.randperm(len(self.targets), generator=self.random)
        rows, self.order = self.order[: len(self.rows)], self.order[len(self.rows) :]
        view_mask = torch.empty_like(self.view_mask).bernoulli_(1 - self.options["view_dropout"], generator=self.random)
        head_mask = torch.empty_like(self.head_mask).bernoulli_(1 - self.options["head_dropout"], generator=self.random)
        return self.batch(rows, view_mask, head_mask.div_(1 - self.options["head_dropout"]))

    def batch(self, rows, view_mask, head_mask):
        starts = self.offsets[rows]
        lengths = self.offsets[rows + 1] - starts
        ends = lengths.cumsum(0)
        firsts = ends - lengths
        places = torch.arange(int(ends[-1])) + (starts - firsts).repeat_interleave(lengths)
        features = self.features[rows].transpose(0, 1)
        return (features, self.ngrams[places], firsts, self.scales[rows, None], view_mask, head_mask, self.targets[rows])

    def loss(self, features, ngrams, firsts, scales, view_mask, head_mask, targets):
        p = self.parameters
        beta = self.options["beta"]
        views = features.shape[0]
        task = F.embedding_bag(ngrams, p["levi.ngrams"], firsts, mode="sum") * scales
        adapted = torch.baddbmm(p["levi.adapt_bias"], features, p["levi.adapt_features"])
        adapted = torch.baddbmm(adapted, task.unsqueeze(0) * view_mask, p["levi.adapt_task"])
        logits = torch.baddbmm(p["levi.head_bias"], F.gelu(adapted) * head_mask, p["levi.head"])
        own = F.cross_entropy(logits.flatten(0, 1), targets.repeat(views))
        return (1 - beta) * own + beta * F.cross_entropy(logits.mean(0), targets)
