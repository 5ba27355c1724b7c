"""Writes diffusers.json, which README.md beside this file describes."""

import inspect
import json

import diffusers
import torch

SIZE = 24


def sample():
    return (torch.arange(SIZE, dtype=torch.float64) * 5 % SIZE - 8).reshape(2, 3, 4) / SIZE


def model(x, t):
    return torch.nn.functional.silu(x) * (t / (t + 1))


def noise(draw):
    return ((torch.arange(SIZE, dtype=torch.float64) * 7 + draw * 13) % 11 - 5).reshape(2, 3, 4) / 4


def precise(scheduler):
    """The tables in float64: float32 loses four digits of 1 - alphas_cumprod at the clean end."""
    config = scheduler.config
    start, end, count = config.beta_start, config.beta_end, config.num_train_timesteps
    if config.beta_schedule == "linear":
        betas = torch.linspace(start, end, count, dtype=torch.float64)
    elif config.beta_schedule == "scaled_linear":
        betas = torch.linspace(start**0.5, end**0.5, count, dtype=torch.float64) ** 2
    else:
        f = torch.cos((torch.arange(count + 1, dtype=torch.float64) / count + 0.008) / 1.008
                      * torch.pi / 2) ** 2
        betas = (1 - f[1:] / f[:-1]).clamp(max=0.999)
    scheduler.betas, scheduler.alphas = betas, 1 - betas
    scheduler.alphas_cumprod = torch.cumprod(1 - betas, 0)
    if hasattr(scheduler, "lambda_t"):
        alpha, sigma = scheduler.alphas_cumprod.sqrt(), (1 - scheduler.alphas_cumprod).sqrt()
        scheduler.alpha_t, scheduler.sigma_t = alpha, sigma
        scheduler.lambda_t = alpha.log() - sigma.log()
    return scheduler


def run(kind, settings, sampling, steps, inverse=False):
    scheduler = precise(getattr(diffusers, kind)(**settings))
    draws = 0

    def drawn(*arguments, **options):
        nonlocal draws
        draws += 1
        return noise(draws - 1)

    inspect.getmodule(type(scheduler)).randn_tensor = drawn
    scheduler.set_timesteps(steps)
    if hasattr(scheduler, "set_begin_index"):
        scheduler.set_begin_index(0)
    x = sample()
    in_sigma_space = kind.startswith(("Euler", "Heun"))
    sigmas = [float(s) for s in getattr(scheduler, "sigmas", [])]
    if in_sigma_space:
        x = x * (1 + sigmas[0] ** 2) ** 0.5
    for t in scheduler.timesteps:
        output = model(scheduler.scale_model_input(x, t), t.double())
        x = scheduler.step(output, t, x).prev_sample.double()
    # One timestep and σ for each step of the ladder: Heun's and PNDM's lists hold some twice.
    timesteps = [float(t) for t in scheduler.timesteps]
    if kind.startswith("Heun"):
        timesteps, sigmas = timesteps[:1] + timesteps[1::2], sigmas[:1] + sigmas[1::2]
    if kind.startswith("PNDM"):
        del timesteps[2]
    schedule = {"beta_schedule": settings["beta_schedule"]}
    options = ", ".join(f"{key} {value}" for key, value in settings.items())
    name = f"{kind}, {options}, {steps} steps"
    return {
        "name": name, "schedule": schedule, "inverse": inverse,
        "prediction_type": settings.get("prediction_type", "epsilon"),
        "sampling": {"num_inference_steps": steps, **sampling},
        "timesteps": timesteps,
        "sigmas": sigmas, "sample": [round(float(v), 9) for v in x.flatten()],
    }


DPM = "DPMSolverMultistepScheduler"
runs = []
for beta_schedule, prediction in [("linear", "epsilon"), ("squaredcos_cap_v2", "v_prediction")]:
    base = {
        "beta_schedule": beta_schedule, "beta_start": 1e-4, "beta_end": 0.02,
        "prediction_type": prediction,
    }
    trailing = base | {"timestep_spacing": "trailing"}
    karras = base | {"use_karras_sigmas": True}
    for kind, name in [
        ("EulerDiscreteScheduler", "euler"), ("HeunDiscreteScheduler", "heun"),
        ("EulerAncestralDiscreteScheduler", "euler_ancestral"),
    ]:
        leading = base | {"timestep_spacing": "leading"}
        runs.append(run(kind, leading, {"sampler": name, "timestep_spacing": "leading"}, 8))
        # Cosine's noisiest sigma, 2e4, would leave few digits of float32.
        if beta_schedule == "linear":
            runs.append(run(kind, trailing, {"sampler": name, "timestep_spacing": "trailing"}, 20))
    for steps in [1, 5, 20]:
        runs.append(run(
            DPM, trailing, {"sampler": "dpm_solver_2m", "timestep_spacing": "trailing"}, steps))
        runs.append(run(
            DPM, trailing | {"algorithm_type": "sde-dpmsolver++"},
            {"sampler": "dpm_solver_2m_sde", "timestep_spacing": "trailing"}, steps))
    runs.append(run(DPM, karras, {"sampler": "dpm_solver_2m", "timestep_spacing": "karras"}, 12))
    for order in [1, 2, 3]:
        for steps in [2, 5, 20]:
            runs.append(run(
                "UniPCMultistepScheduler", trailing | {"solver_order": order},
                {"sampler": "unipc", "timestep_spacing": "trailing", "solver_order": order}, steps))
    runs.append(run(
        "UniPCMultistepScheduler", karras | {"final_sigmas_type": "zero"},
        {"sampler": "unipc", "timestep_spacing": "karras"}, 12))
    # With v_prediction PNDM means v and DDIMInverse reads v at the cleaner level: other methods.
    base = base | {"prediction_type": "epsilon"}
    trailing = trailing | {"prediction_type": "epsilon"}
    for steps in [5, 20] if beta_schedule == "linear" else []:
        runs.append(run(
            "PNDMScheduler", trailing | {"skip_prk_steps": True, "set_alpha_to_one": True},
            {"sampler": "pndm", "timestep_spacing": "trailing"}, steps))
    runs.append(run(
        "LCMScheduler", base | {"clip_sample": False, "rescale_betas_zero_snr": False},
        {"sampler": "lcm", "timestep_spacing": "trailing"}, 10))
    runs.append(run(
        "DDIMInverseScheduler", base | {"clip_sample": False},
        {"sampler": "ddim", "timestep_spacing": "leading"}, 20, inverse=True))

with open("diffusers.json", "w") as file:
    json.dump(runs, file, indent=0)
    file.write("\n")
print(diffusers.__version__, torch.__version__, len(runs))
