"""Trains what it is asked to and says how long each step took. One JSON object a line in, one out."""

import json
import sys
import time
import warnings

warnings.filterwarnings("ignore")

import torch

from fine_tuning import FineTuning
from levi import Levi
from tensors import read_tensors, write_tensors
from transformer import Transformer

MODELS = {"transformer": Transformer, "levi": Levi, "fine_tuning": FineTuning}


class Training:
    def __init__(self, request):
        options = request["options"]
        self.model = MODELS[request["model"]](read_tensors(request["tensors"]), options)
        self.loss = torch.compile(self.model.loss) if request["compiled"] else self.model.loss
        # The fused kernel is the fastest of PyTorch's three on a CPU.
        self.optimizer = torch.optim.AdamW(
            self.model.groups(), lr=options["learning_rate"], weight_decay=options["weight_decay"], fused=True
        )

    def check(self, request):
        loss = self.loss(*self.model.check_batch())
        loss.backward()
        write_tensors(request["gradients"], {name: value.grad for name, value in self.model.parameters.items()})
        self.optimizer.zero_grad()
        return {"loss": loss.item()}

    def time(self, request):
        milliseconds = []
        for _ in range(request["steps"]):
            started = time.perf_counter()
            self.optimizer.zero_grad()
            loss = self.loss(*self.model.next_batch())
            loss.backward()
            self.optimizer.step()
            milliseconds.append((time.perf_counter() - started) * 1000)
        return {"milliseconds": milliseconds}


def main():
    torch.set_num_threads(int(sys.argv[1]))
    trainings = {}

    def open_training(request):
        trainings[request["name"]] = Training(request)
        return {}

    actions = {
        "version": lambda request: {"version": torch.__version__},
        "open": open_training,
        "check": lambda request: trainings[request["name"]].check(request),
        "time": lambda request: trainings[request["name"]].time(request),
    }
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = actions[request["action"]](request)
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


main()
