"""PyTorch's side of `make bench`: answers a line of JSON on stdin with one on stdout.

{"command": "load", "folder": …, "task": "forward" or "train", "precision": "float32" or
"bfloat16", "threads": …} reads model.safetensors and batch-*.safetensors; {"command": "step"} does
it once and says how long it took; {"command": "status"} tells the process's memory.
"""

import glob
import json
import os
import resource
import sys
import time


def memory():
    """Bytes in memory now, and at most so far."""
    try:
        with open("/proc/self/status") as file:
            fields = dict(line.split(":", 1) for line in file)
        now, peak = (int(fields[key].split()[0]) * 1024 for key in ("VmRSS", "VmHWM"))
        return {"memory": now, "peakMemory": peak}
    except OSError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return {"memory": peak, "peakMemory": peak}


class Peer:
    def load(self, request):
        torch.set_num_threads(request["threads"])
        folder = request["folder"]
        self.network, configuration = unet.load(os.path.join(folder, "model.safetensors"))
        paths = sorted(glob.glob(os.path.join(folder, "batch-*.safetensors")))
        self.batches = [load_file(path) for path in paths]
        self.autocast = request["precision"] == "bfloat16"
        self.step_once = self.forward if request["task"] == "forward" else self.train
        self.steps = 0
        before = memory()
        if request["task"] == "train":
            self.prepare_training(configuration["training"])
        return {**before, "version": torch.__version__}

    def prepare_training(self, training):
        self.ema_power = training["ema_power"]
        self.ema_maximum = training["ema_max_decay"]
        self.clip = training["max_grad_norm"]
        self.parameters = list(self.network.parameters())
        self.averages = [p.detach().clone() for p in self.parameters]
        self.optimizer = torch.optim.AdamW(
            self.parameters, lr=training["learning_rate"],
            weight_decay=training["adam_weight_decay"], foreach=True)

    def run_network(self, x, batch):
        with torch.autocast("cpu", torch.bfloat16, enabled=self.autocast):
            return self.network(x, batch["noise_level"]).float()

    def forward(self, batch):
        with torch.no_grad():
            return {"output": self.run_network(batch["x"], batch)}

    def train(self, batch):
        self.optimizer.zero_grad()
        x = batch["alpha"] * batch["x0"] + batch["sigma"] * batch["noise"]
        output = self.run_network(x, batch)
        target = batch["alpha"] * batch["noise"] - batch["sigma"] * batch["x0"]
        loss = F.mse_loss(output, target)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, self.clip)
        self.optimizer.step()
        decay = min(self.ema_maximum, 1 - (2 + self.steps) ** -self.ema_power)
        with torch.no_grad():
            torch._foreach_lerp_(self.averages, self.parameters, 1 - decay)
        return {"loss": loss.item()}

    def step(self, request):
        training = self.step_once == self.train
        batch = self.batches[self.steps % len(self.batches) if training else 0]
        start = time.perf_counter()
        result = self.step_once(batch)
        seconds = time.perf_counter() - start
        self.steps += 1
        if "output" in request:
            save_file({"output": result["output"].contiguous()}, request["output"])
        return {"seconds": seconds, **{k: v for k, v in result.items() if k == "loss"}}

    def status(self, request):
        return memory()

    def count(self, request):
        """The operations of one pass, and of the passes back, by PyTorch's own counter."""
        with FlopCounterMode(display=False) as forward:
            output = self.run_network(self.batches[0]["x"], self.batches[0])
        with FlopCounterMode(display=False) as backward:
            output.sum().backward()
        self.network.zero_grad()
        return {"forward": forward.get_total_flops(), "backward": backward.get_total_flops()}


def main():
    peer = Peer()
    for line in sys.stdin:
        request = json.loads(line)
        try:
            reply = getattr(peer, request["command"])(request)
        except Exception as error:
            reply = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), flush=True)


try:
    import torch
    import torch.nn.functional as F
    from safetensors.torch import load_file, save_file
    from torch.utils.flop_counter import FlopCounterMode

    import unet
except ImportError as error:
    print(json.dumps({
        "error": f"{sys.executable}: {error}. Run `{sys.executable} -m pip install torch numpy "
        "safetensors`, or unset PEER_PYTHON"}), flush=True)
    sys.exit(1)

try:
    main()
except (KeyboardInterrupt, BrokenPipeError):
    os._exit(130)
