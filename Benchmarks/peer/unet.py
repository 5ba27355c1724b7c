"""The U-Net of Sources/Networks for signals, as one writes it in PyTorch.

Modules carry the names of the Swift ones, so a model file's weights go in by name.
"""

import json
import math

import torch
import torch.nn.functional as F
from safetensors import safe_open
from torch import nn


class NoiseLevelEmbedding(nn.Module):
    """Sines and cosines of 5000 times the noise level, then two linear layers."""

    def __init__(self, dimension, width):
        super().__init__()
        half = dimension // 2
        exponents = torch.arange(half, dtype=torch.float64) / (half - 1)
        self.register_buffer("frequencies", torch.exp(-math.log(1e4) * exponents), persistent=False)
        self.linear1 = nn.Linear(dimension, width)
        self.linear2 = nn.Linear(width, width)

    def forward(self, noise_level):
        angles = 5000 * noise_level[:, None].double() * self.frequencies
        x = torch.cat([angles.sin(), angles.cos()], dim=1).float()
        return F.silu(self.linear2(F.silu(self.linear1(x))))


class ResidualBlock(nn.Module):
    """Two convolutions beside a skip, with FiLM from the noise level between them."""

    def __init__(self, inputs, outputs, dilation, embedding, groups):
        super().__init__()
        self.norm1 = nn.GroupNorm(groups, inputs)
        self.conv1 = nn.Conv1d(inputs, outputs, 3, padding=dilation, dilation=dilation)
        self.norm2 = nn.GroupNorm(groups, outputs)
        self.film = nn.Linear(embedding, 2 * outputs)
        self.conv2 = nn.Conv1d(outputs, outputs, 3, padding=1)
        self.skip = nn.Conv1d(inputs, outputs, 1) if inputs != outputs else nn.Identity()

    def forward(self, x, embedding):
        h = self.conv1(F.silu(self.norm1(x)))
        scale, shift = self.film(embedding)[:, :, None].chunk(2, dim=1)
        h = F.silu(self.norm2(h) * (1 + scale) + shift)
        return self.skip(x) + self.conv2(h)


class SelfAttention(nn.Module):
    """Multi-head self-attention over all positions, beside a skip."""

    def __init__(self, channels, head_width, groups):
        super().__init__()
        self.heads = max(1, channels // head_width)
        self.norm = nn.GroupNorm(groups, channels)
        self.qkv = nn.Conv1d(channels, 3 * channels, 1)
        self.output = nn.Conv1d(channels, channels, 1)

    def forward(self, x):
        batch, channels, positions = x.shape
        qkv = self.qkv(self.norm(x)).reshape(batch, 3, self.heads, -1, positions)
        q, k, v = qkv.transpose(-1, -2).unbind(1)
        mixed = F.scaled_dot_product_attention(q, k, v)
        return x + self.output(mixed.transpose(-1, -2).reshape(batch, channels, positions))


class Upsample(nn.Conv1d):
    """A convolution that makes `factor` new positions of each old one."""

    def __init__(self, inputs, outputs, factor):
        super().__init__(inputs, factor * outputs, 3, padding=1)
        self.factor = factor

    def forward(self, x):
        h = super().forward(x)
        batch, channels, length = h.shape
        h = h.reshape(batch, self.factor, channels // self.factor, length)
        return h.permute(0, 2, 3, 1).reshape(batch, -1, length * self.factor)


class Level(nn.Module):
    """The residual blocks and attention at one resolution, and the way to the next."""

    def __init__(self, index, inputs, channels, resampler, network):
        super().__init__()
        dilations, groups = network["dilations"], network["norm_num_groups"]
        self.blocks = nn.ModuleList(
            ResidualBlock(
                inputs if i == 0 else channels, channels, dilations[i % len(dilations)],
                4 * network["width"], groups)
            for i in range(network["blocks_per_level"]))
        self.attention = None
        if index in network["attention_levels"]:
            self.attention = SelfAttention(channels, network["attention_head_dim"], groups)
        self.resampler = resampler

    def forward(self, x, embedding):
        for block in self.blocks:
            x = block(x, embedding)
        return x if self.attention is None else self.attention(x)


class UNet(nn.Module):
    """Made from the `network` part of a model's configuration."""

    def __init__(self, network):
        super().__init__()
        width, factors = network["width"], network["down_factors"]
        channels = [width * m for m in network["channel_multipliers"]]
        bottom = len(channels) - 1
        self.multiple = math.prod(factors)
        self.embedding = NoiseLevelEmbedding(width, 4 * width)
        self.stem = nn.Conv1d(network["in_channels"], width, 7, padding=3)
        self.down = nn.ModuleList(
            Level(
                i, channels[i], channels[i],
                nn.Conv1d(channels[i], channels[i + 1], 2 * f, stride=f, padding=f // 2), network)
            for i, f in enumerate(factors))
        self.middle = Level(bottom, channels[bottom], channels[bottom], None, network)
        self.up = nn.ModuleList(
            Level(
                i, 2 * channels[i], channels[i],
                Upsample(channels[i + 1], channels[i], factors[i]), network)
            for i in reversed(range(bottom)))
        self.norm = nn.GroupNorm(network["norm_num_groups"], width)
        self.head = nn.Conv1d(width, network["in_channels"], 3, padding=1)

    def forward(self, x, noise_level):
        # The signal is continued by its mirror image at both ends, and cut again.
        length = x.shape[-1]
        margin = self.multiple
        after = margin + -length % self.multiple
        h = self.stem(F.pad(x, (margin, after), mode="reflect"))
        embedding = self.embedding(noise_level)
        skips = []
        for level in self.down:
            h = level(h, embedding)
            skips.append(h)
            h = level.resampler(h)
        h = self.middle(h, embedding)
        for level in self.up:
            h = torch.cat([level.resampler(h), skips.pop()], dim=1)
            h = level(h, embedding)
        h = self.head(F.silu(self.norm(h)))
        return h[..., margin:margin + length]


def load(path):
    """The network of a model file, with its weights, and the file's configuration."""
    with safe_open(path, framework="pt") as file:
        configuration = json.loads(file.metadata()["configuration"])
        weights = {name: file.get_tensor(name) for name in file.keys()}
    network = UNet(configuration["network"])
    shapes = network.state_dict()
    # Weights are [out, in, 1, kernel] in the file.
    network.load_state_dict({name: w.reshape(shapes[name].shape) for name, w in weights.items()})
    return network, configuration
