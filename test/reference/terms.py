"""Other people's implementations on the tensors that terms.slow.ts wrote: terms.py <inputs.json> <answers.json>.

All in double precision. Where a convention differs, the reference is brought to ours, and a comment says how and why.
Pictures are [n, h·w·c] here, samples [n, k, ...].
"""

import json
import sys
import warnings

import torch
import torch.nn.functional as F
from torch.distributions import Bernoulli, Categorical, MixtureSameFamily, MultivariateNormal, Normal
from torch.distributions import kl_divergence

warnings.filterwarnings("ignore")
torch.set_default_dtype(torch.float64)

from pytorch_msssim import ssim
from pythae.models import INFOVAE_MMD, IWAE, VAE, VAMP, BetaTCVAE, BetaVAE, FactorVAE
from pythae.models import BetaTCVAEConfig, BetaVAEConfig, FactorVAEConfig, INFOVAE_MMD_Config
from pythae.models import IWAEConfig, VAEConfig, VAMPConfig
from pythae.models.base.base_utils import ModelOutput
from pythae.models.nn import BaseEncoder

given, answers = {}, {}
for name, tensor in json.load(open(sys.argv[1])).items():
    given[name] = torch.tensor(tensor["values"]).reshape(tensor["shape"])
settings = {name: value.item() for name, value in given.items() if value.ndim == 0}
N, Z = given["mean"].shape
K = given["noise"].shape[0] // N
PIXELS = given["pixels"][0].numel()


def answer(case, against, **values):
    for name, value in values.items():
        answers[f"{case}: {name.replace('_', ' ')}"] = {
            "against": against,
            "shape": list(value.shape),
            "values": value.detach().flatten().tolist(),
        }


def leaf(name):
    return given[name].clone().requires_grad_()


def gradients(of, **by):
    found = torch.autograd.grad(of, list(by.values()), retain_graph=True)
    return {f"gradient by {name}": value for name, value in zip(by, found)}


x = given["pixels"].reshape(N, -1)
common = {"input_dim": (PIXELS,), "latent_dim": Z}
bce = {**common, "reconstruction_loss": "bce"}


def inputs():
    """What gradients are taken by, each of it, the latents, and the pictures that the logits stand for."""
    mean, log_variance, logits = leaf("mean"), leaf("logVariance"), leaf("logits")
    leaves = {"mean": mean, "log_variance": log_variance, "logits": logits}
    # By the first of the samples' noise.
    z = mean + torch.exp(0.5 * log_variance) * given["noise"][:N]
    return leaves, mean, log_variance, logits, z, torch.sigmoid(logits.reshape(N, -1))


# Rates and densities, against torch.distributions.
leaves, mean, log_variance, logits, z, y = inputs()
q = Normal(mean, torch.exp(0.5 * log_variance))
other = Normal(given["otherMean"], torch.exp(0.5 * given["otherLogVariance"]))
rates = kl_divergence(q, Normal(torch.zeros(Z), torch.ones(Z)))
by_posterior = {"mean": mean, "log_variance": log_variance}
answer("rate", "torch.distributions", each=rates, **gradients(rates.sum(), **by_posterior))
answer("rate between two Gaussians", "torch.distributions", each=kl_divergence(q, other))
standard = Normal(0.0, 1.0).log_prob(z).sum(1)
answer("density of latents", "torch.distributions", posterior=q.log_prob(z).sum(1), prior=standard)
free = rates.mean(0).clamp(min=settings["floor"]).sum()
answer("free bits", "torch.distributions", rate=free, **gradients(free, **by_posterior))
bounded = Normal(0.0, given["highestLogVariance"].mul(0.5).exp())
answer("least rate (δ-VAE)", "torch.distributions", rate=kl_divergence(bounded, Normal(0.0, 1.0)))

# Likelihoods.
seen = given["seen"].reshape(N, -1)
told = -Bernoulli(logits=logits.reshape(N, -1)).log_prob((seen > 0.5).double()).sum(1)
answer("Bernoulli likelihood, of black and white", "torch.distributions", each=told)
sharp = -Normal(y, settings["deviation"]).log_prob(x).sum(1)
answer("Gaussian likelihood", "torch.distributions", each=sharp, **gradients(sharp.sum(), logits=logits))
# Its variance is the mean squared error, to which ours adds 1e-6; and where a Gaussian is as wide as its errors
# their squares add up to 1 a value.
variance = (y - x).square().mean(1) + 1e-6
best = PIXELS * (0.5 - Normal(0.0, variance.sqrt()).log_prob(torch.tensor(0.0)))
answer("Gaussian likelihood of the best width", "torch.distributions", each=best,
       **gradients(best.sum(), logits=logits))

# Bounds.
leaves, mean, log_variance, logits, z, y = inputs()
loss, distortion, rate = VAE(VAEConfig(**bce)).loss_function(y, x, mean, log_variance, z)
answer("ELBO", "pythae VAE", loss=loss, distortion=distortion, rate=rate, **gradients(loss, **leaves))

leaves, mean, log_variance, logits, z, y = inputs()
model = BetaVAE(BetaVAEConfig(**{**common, "reconstruction_loss": "mse"}, beta=settings["beta"]))
loss, *_ = model.loss_function(y, x, mean, log_variance, z)
# Half the sum of squares: a Gaussian of deviation 1 without its constant, which ours keeps.
loss = loss + PIXELS * Normal(0.0, 1.0).log_prob(torch.tensor(0.0)).neg()
answer("β-VAE, Gaussian", "pythae BetaVAE", loss=loss, **gradients(loss, **leaves))

# Samples are [n, k, ...] there and [k·n, ...], sample after sample, here.
mean, log_variance, logits = leaf("mean"), leaf("logVariance"), leaf("manyLogits")
of_samples = lambda t: t.reshape(K, N, -1).transpose(0, 1)
beside = lambda t: t.unsqueeze(1).repeat(1, K, 1)
z = beside(mean) + torch.exp(0.5 * beside(log_variance)) * of_samples(given["noise"])
y = torch.sigmoid(of_samples(logits))
model = IWAE(IWAEConfig(**bce, number_samples=K))
loss, distortion, rate = model.loss_function(y, x, beside(mean), beside(log_variance), z)
# Its loss is a stand-in: Σ w̃ · log w with the weights held still. It has the bound's gradient, not its value, which
# is the log-mean-exp of the same log w.
found = gradients(loss, mean=mean, log_variance=log_variance, logits=logits)
answer("IWAE", "pythae IWAE", distortion=distortion, rate=rate, **found)
entropy = F.binary_cross_entropy(y, beside(x), reduction="none").sum(-1)
own = Normal(beside(mean), torch.exp(0.5 * beside(log_variance))).log_prob(z).sum(-1)
log_w = Normal(0.0, 1.0).log_prob(z).sum(-1) - own - entropy
bound = torch.logsumexp(log_w, 1) - torch.log(torch.tensor(float(K)))
answer("IWAE", "torch.distributions", loss=-bound.mean())


class OurMinibatchWeights(BetaTCVAE):
    """For each latent, 1/N for its own picture and the rest even: see below."""

    def _log_importance_weight_matrix(self, batch_size, dataset_size):
        rest = (dataset_size - 1) / (dataset_size * (batch_size - 1))
        return torch.full((batch_size, batch_size), rest).fill_diagonal_(1 / dataset_size).log()


def total_correlation(case, kind, stratified):
    parts = {"information": (1.0, 0.0, 0.0), "correlation": (0.0, 1.0, 0.0), "dimensions": (0.0, 0.0, 1.0)}
    pictures = int(settings["pictures"])
    for name, (alpha, beta, gamma) in {**parts, "loss": (1.0, settings["beta"], 1.0)}.items():
        leaves, mean, log_variance, logits, z, y = inputs()
        model = kind(BetaTCVAEConfig(**bce, alpha=alpha, beta=beta, gamma=gamma, use_mss=stratified))
        loss, _, part = model.loss_function(y, x, mean, log_variance, z, pictures)
        answer(case, "pythae BetaTCVAE", **{name: loss if name == "loss" else part})
        if name == "loss":
            answer(case, "pythae BetaTCVAE", **gradients(loss, **leaves))


total_correlation("β-TCVAE, weighted", BetaTCVAE, False)
# pythae's own weights follow the paper's code: all but two of a row are 1/(n − 1), one arbitrary other picture makes
# up for it, and 1/N stands in the first column, whosever latent it is. Ours are their mean over the order of the
# batch, with 1/N at the latent's own picture, as the paper's appendix has it. The sums over them are compared.
total_correlation("β-TCVAE, stratified", OurMinibatchWeights, True)


class Discriminator(torch.nn.Module):
    """Two logits as pythae asks for, of which only the difference counts; ours is that difference."""

    def __init__(self):
        super().__init__()
        self.values = [leaf(f"discriminator{i}") for i in range(6)]

    def forward(self, z):
        k0, b0, k1, b1, k2, b2 = self.values
        h = F.leaky_relu(z @ k0 + b0, 0.2)
        h = F.leaky_relu(h @ k1 + b1, 0.2)
        logit = h @ k2 + b2
        return torch.cat([logit, torch.zeros_like(logit)], 1)


leaves, mean, log_variance, logits, z, y = inputs()
model = FactorVAE(FactorVAEConfig(**bce, gamma=settings["beta"] - 1))
model.discriminator = Discriminator()
# Mixed as ours are: each direction turned by rows of its own. pythae draws them from a second half of the batch.
mixed = torch.stack([z[:, j].roll(-(j + 1)) for j in range(Z)], 1).detach()
_, loss, _ = model.loss_function(y, x, mean, log_variance, z, mixed)
answer("FactorVAE", "pythae FactorVAE", model=loss, **gradients(loss, **leaves))
_, _, loss = model.loss_function(y, x, mean, log_variance, z.detach(), mixed)
answer("FactorVAE", "pythae FactorVAE", discriminator=loss,
       **gradients(loss, first_kernel=model.discriminator.values[0], last_bias=model.discriminator.values[5]))

# The kernels of pythae; ours is the double sum over all pairs (Gretton et al. 2012, eq. 5), pythae's leaves the pairs
# of a latent with itself out within a set (eq. 3).
for kernel in ["rbf", "imq"]:
    z, draws = leaf("code"), given["draws"]
    model = INFOVAE_MMD(INFOVAE_MMD_Config(**common, kernel_choice=kernel, kernel_bandwidth=1.0, scales=[1.0]))
    of = model.rbf_kernel if kernel == "rbf" else model.imq_kernel
    discrepancy = of(z, z).mean() + of(draws, draws).mean() - 2 * of(z, draws).mean()
    answer(f"MMD, {kernel}", "pythae INFOVAE_MMD", squared=discrepancy, **gradients(discrepancy, code=z))


class Linear(BaseEncoder):
    def forward(self, pixels):
        numbers = pixels.reshape(len(pixels), -1) @ given["encoder"]
        return ModelOutput(embedding=numbers[:, :Z], log_covariance=numbers[:, Z:])


class Given(torch.nn.Module):
    def __init__(self, value):
        super().__init__()
        self.value = value

    def forward(self, _):
        return self.value


leaves, mean, log_variance, logits, z, y = inputs()
learned = leaf("pseudoInputs")
model = VAMP(VAMPConfig(**bce, number_components=len(learned), linear_scheduling_steps=0), encoder=Linear())
# Pictures of logits; pythae has them from a linear layer, cut off at 0 and 1.
model.pseudo_inputs = Given(torch.sigmoid(learned.reshape(len(learned), -1)))
loss, _, rate = model.loss_function(y, x, mean, log_variance, z, 1)
answer("VampPrior", "pythae VAMP", loss=loss, rate=rate,
       **gradients(loss, mean=mean, log_variance=log_variance, pseudo_inputs=learned))

components = MultivariateNormal(given["mixtureMeans"], scale_tril=given["mixtureFactors"])
mixture = MixtureSameFamily(Categorical(given["mixtureWeights"]), components)
answer("mixture prior", "torch.distributions", density=mixture.log_prob(given["code"]))

# Terms of codes.
active = leaf("activities")
sparsity = kl_divergence(Bernoulli(torch.tensor(settings["activity"])), Bernoulli(active.mean(0))).sum()
answer("KL sparsity", "torch.distributions", sum=sparsity, **gradients(sparsity, activities=active))
code_of = lambda picture: torch.tanh(picture @ given["encoder"])
jacobians = torch.stack([torch.autograd.functional.jacobian(code_of, picture) for picture in x])
answer("contraction", "torch.autograd", squared_norm=jacobians.square().sum((1, 2)))

# SSIM, the window even as ours and not a Gaussian.
chw = lambda t: t.permute(0, 3, 1, 2)
estimate = leaf("estimate")
window = torch.full((3, 1, 1, 7), 1 / 7)
alike = ssim(chw(given["target"]), chw(estimate), data_range=1, size_average=False, win=window)
answer("SSIM", "pytorch-msssim", each=alike, **gradients(alike.sum(), estimate=estimate))

# Adam: torch adds ε to √(v / (1 − β₂ᵗ)), TensorFlow and ours to √v, as the end of §2 of the paper has it. So torch's
# is divided by √(1 − β₂ᵗ), step by step.
weights = torch.nn.Parameter(given["weights"].clone())
beta1, beta2, epsilon = settings["beta1"], settings["beta2"], settings["epsilon"]
adam = torch.optim.Adam([weights], betas=(beta1, beta2))
for step, (gradient, rate) in enumerate(zip(given["gradients"], given["rates"]), 1):
    adam.param_groups[0].update(lr=rate.item(), eps=epsilon / (1 - beta2**step) ** 0.5)
    weights.grad = gradient
    adam.step()
for case in ["Adam, 20 steps", "Adam composed of tfjs, 20 steps"]:
    answer(case, "torch.optim", moved=weights - given["weights"])

json.dump(answers, open(sys.argv[2], "w"))
