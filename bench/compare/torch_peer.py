"""PyTorch: eager as people write it, or compiled, channels last and with the fused Adam."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from peer import arguments, batches, serve

args = arguments()
compiled = args.kind == "compiled"
morph = args.net == "morph"
widths, size = ([24, 48, 96, 192], 256) if morph else ([32, 64, 128, 256], 64)
root = args.side // 2 ** len(widths)
features = root * root * widths[-1]
torch.set_num_threads(2)
torch.manual_seed(1)


def block(layer, width):
    """A convolution and its ReLU, with batch normalisation between in morph."""
    return [layer, nn.BatchNorm2d(width, eps=1e-3, momentum=0.03), nn.ReLU()] if morph else [layer, nn.ReLU()]


class Vae(nn.Module):
    def __init__(self):
        super().__init__()
        down, up = [], []
        for i, width in enumerate(widths):
            inputs = 3 if i == 0 else widths[i - 1]
            down += block(nn.Conv2d(inputs, width, 4, 2, 1, bias=not morph), width)
        for i, width in reversed(list(enumerate(widths[:-1]))):
            up += block(nn.ConvTranspose2d(widths[i + 1], width, 4, 2, 1, bias=not morph), width)
        up.append(nn.ConvTranspose2d(widths[0], 3, 4, 2, 1))
        self.down, self.up = nn.Sequential(*down), nn.Sequential(*up)
        self.head = nn.Linear(features, 2 * size)
        self.root = nn.Linear(size, features)
        self.root_end = nn.Sequential(*block(nn.Identity(), widths[-1]))

    def decode(self, z):
        h = self.root_end(self.root(z).reshape(-1, widths[-1], root, root))
        return self.up(h.contiguous(memory_format=torch.channels_last) if compiled else h)

    def forward(self, x):
        mean, log_variance = self.head(self.down(x).flatten(1)).chunk(2, 1)
        log_variance = log_variance.clamp(-12, 6)
        logits = self.decode(mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean))
        rate = 0.5 * (mean.square() + log_variance.exp() - log_variance - 1).sum(1)
        if not morph:
            return (F.binary_cross_entropy_with_logits(logits, x, reduction="sum") / len(x) + rate.mean())
        y, d = torch.sigmoid(logits), x[0].numel()
        error = d / 2 * torch.log((y - x).square().mean((1, 2, 3)) + 1e-6)
        structure = d / 4 * torch.log(1 - similarity(x, y) + 1e-5)
        return (error + structure + rate).mean()


def similarity(x, y):
    """SSIM in every second window of 7 × 7."""
    mx, my = F.avg_pool2d(x, 7, 2), F.avg_pool2d(y, 7, 2)
    covariance = F.avg_pool2d(x * y, 7, 2) - mx * my
    variances = F.avg_pool2d(x * x + y * y, 7, 2) - (mx * mx + my * my)
    alike = (2 * mx * my + 1e-4) * (2 * covariance + 9e-4)
    return (alike / ((mx * mx + my * my + 1e-4) * (variances + 9e-4))).mean((1, 2, 3))


model = Vae()
if compiled:
    model = model.to(memory_format=torch.channels_last)
adam = torch.optim.Adam(model.parameters(), lr=1e-3, fused=compiled)
loss_of = torch.compile(model) if compiled else model
decoder = torch.compile(lambda z: torch.sigmoid(model.decode(z))) if compiled else None
data = batches(args.pack, args.side, args.batch)


def train(steps):
    model.train()
    for _ in range(steps):
        x = torch.from_numpy(next(data)).permute(0, 3, 1, 2)
        # Of bytes in rows of pixels the permuted view is channels last already.
        x = x.float().div_(255) if compiled else x.contiguous().float().div_(255)
        loss = loss_of(x)
        adam.zero_grad()
        loss.backward()
        adam.step()
        if not math.isfinite(loss.item()):
            raise ArithmeticError("the loss is not finite")


def decode(count, times):
    model.eval()
    with torch.no_grad():
        for _ in range(times):
            z = torch.randn(count, size)
            (decoder(z) if compiled else torch.sigmoid(model.decode(z))).numpy()


serve(f"PyTorch {torch.__version__}", train, decode)
