#!/usr/bin/env python3
"""Decoders of the Llama family in plain PyTorch and float64, and what they compute: numbers to test libs/model against.

usage: decoder_reference.py FOLDER [NAME ...]

Writes FOLDER/NAME/ for each of the variants below, or for those named: config.json and model.safetensors of a tiny
model with random weights, named and shaped as Hugging Face's transformers saves them; forward.json with logits, loss
and gradients; greedy.json with greedy continuations. Every row of tokens is computed alone, without padding and
without a cache: neither may change a number. Needs PyTorch (Debian: apt-get install python3-torch).
"""
import itertools, json, math, pathlib, random, struct, sys
import torch
import torch.nn.functional as F

# Different numbers wherever two could be mistaken for one another, and an epsilon that matters.
SIZE = {
    "vocab_size": 61, "hidden_size": 32, "intermediate_size": 56, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
    "hidden_act": "silu", "max_position_embeddings": 128, "rms_norm_eps": 1e-3, "attention_dropout": 0.0, "initializer_range": 0.02,
    "bos_token_id": 1, "eos_token_id": 2, "use_cache": True,
}
LLAMA = {**SIZE, "model_type": "llama", "architectures": ["LlamaForCausalLM"], "attention_bias": False, "mlp_bias": False}
QWEN = {**SIZE, "use_sliding_window": False, "tie_word_embeddings": True}
VARIANTS = {
    "llama": {**LLAMA, "tie_word_embeddings": True, "rope_theta": 10000.0, "rope_scaling": None},
    # Of the four frequencies one is kept, one is smoothed, and two are divided by the factor.
    "llama-scaled": {**LLAMA, "tie_word_embeddings": False, "rope_theta": 500.0, "rope_scaling": {
        "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 64}},
    "qwen2": {**QWEN, "model_type": "qwen2", "architectures": ["Qwen2ForCausalLM"], "rope_theta": 1000.0, "rope_scaling": None},
    # As transformers 5 writes it: the rotation in one object.
    "qwen3": {**QWEN, "model_type": "qwen3", "architectures": ["Qwen3ForCausalLM"], "attention_bias": False, "head_dim": 12,
              "rope_parameters": {"rope_type": "default", "rope_theta": 1000.0}},
}


def head_dim(config):
    return config.get("head_dim", config["hidden_size"] // config["num_attention_heads"])


def shapes(config):
    """Names and shapes of all parameters; a projection is (out, in)."""
    C, I, D = config["hidden_size"], config["intermediate_size"], head_dim(config)
    heads = {"q": config["num_attention_heads"], "k": config["num_key_value_heads"], "v": config["num_key_value_heads"]}
    names = {"model.embed_tokens.weight": (config["vocab_size"], C)}
    for layer in range(config["num_hidden_layers"]):
        at = f"model.layers.{layer}."
        names[at + "input_layernorm.weight"] = names[at + "post_attention_layernorm.weight"] = (C,)
        for part, count in heads.items():
            names[f"{at}self_attn.{part}_proj.weight"] = (count * D, C)
            if config["model_type"] == "qwen2":
                names[f"{at}self_attn.{part}_proj.bias"] = (count * D,)
            if config["model_type"] == "qwen3" and part != "v":
                names[f"{at}self_attn.{part}_norm.weight"] = (D,)
        names[at + "self_attn.o_proj.weight"] = (C, heads["q"] * D)
        names[at + "mlp.gate_proj.weight"] = names[at + "mlp.up_proj.weight"] = (I, C)
        names[at + "mlp.down_proj.weight"] = (C, I)
    names["model.norm.weight"] = (C,)
    if not config["tie_word_embeddings"]:
        names["lm_head.weight"] = (config["vocab_size"], C)
    return names


def random_weights(config, draw):
    """Parameters in float64 that float32 holds exactly. Python's own random numbers: the same for every PyTorch."""

    def values(name, shape):
        # A sharper attention would make more of rounding than a test of bfloat16 wants.
        mean = 0.6 if "self_attn" in name and "norm" in name else 1 if "norm" in name else 0
        deviation = 0.3 if len(shape) == 1 else 0.25 if "embed" in name or "lm_head" in name else 0.9 / math.sqrt(shape[1])
        return [draw.gauss(mean, deviation) for _ in range(math.prod(shape))]

    return {name: torch.tensor(values(name, shape), dtype=torch.float32).double().view(shape).requires_grad_() for name, shape in shapes(config).items()}


def write_safetensors(path, weights):
    """Safetensors: length of the header (8 bytes), header (JSON, padded to a multiple of 8), float32 data."""
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, value in sorted(weights.items()):
        values = value.detach().flatten().tolist()
        header[name] = {"dtype": "F32", "shape": list(value.shape), "data_offsets": [len(data), len(data) + 4 * len(values)]}
        data += struct.pack(f"<{len(values)}f", *values)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def frequencies(config):
    """Of the rotation of each pair, in radians per position: (D/2). Llama 3's scaling: arXiv 2407.21783, and its published code."""
    rope = config.get("rope_parameters") or {"rope_theta": config["rope_theta"], **(config["rope_scaling"] or {})}
    D = head_dim(config)
    frequency = rope["rope_theta"] ** (-torch.arange(0, D, 2, dtype=torch.float64) / D)
    if rope.get("rope_type") != "llama3":
        return frequency
    # How often a pair turns within the original context: seldom, it is slowed by the factor; often, it is kept.
    turns = rope["original_max_position_embeddings"] * frequency / (2 * math.pi)
    kept = ((turns - rope["low_freq_factor"]) / (rope["high_freq_factor"] - rope["low_freq_factor"])).clamp(0, 1)
    return frequency * (kept + (1 - kept) / rope["factor"])


def rotate(x, angles):
    """Turns the pairs (i, i + D/2) of each head: x (heads, T, D), angles (T, D/2)."""
    a, b = x.chunk(2, -1)
    return torch.cat((a * angles.cos() - b * angles.sin(), b * angles.cos() + a * angles.sin()), -1)


def rms_norm(x, weight, epsilon):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + epsilon) * weight


def logits_of(config, weights, tokens):
    """tokens (T) -> logits (T, V)."""
    T, D, H, epsilon = len(tokens), head_dim(config), config["num_attention_heads"], config["rms_norm_eps"]
    angles = torch.arange(T, dtype=torch.float64)[:, None] * frequencies(config)
    future = torch.ones(T, T).triu(1).bool()
    x = weights["model.embed_tokens.weight"][tokens]
    for layer in range(config["num_hidden_layers"]):
        of = lambda name: weights.get(f"model.layers.{layer}.{name}")
        y = rms_norm(x, of("input_layernorm.weight"), epsilon)

        def heads(part):
            z = F.linear(y, of(f"self_attn.{part}_proj.weight"), of(f"self_attn.{part}_proj.bias")).view(T, -1, D).transpose(0, 1)
            norm = of(f"self_attn.{part}_norm.weight")
            return z if norm is None else rms_norm(z, norm, epsilon)

        q, k, v = rotate(heads("q"), angles), rotate(heads("k"), angles), heads("v")
        # Query heads in a row share one of keys and values.
        k, v = (z.repeat_interleave(H // config["num_key_value_heads"], 0) for z in (k, v))
        attention = (q @ k.transpose(1, 2) / math.sqrt(D)).masked_fill(future, -math.inf).softmax(-1)
        x = x + F.linear((attention @ v).transpose(0, 1).reshape(T, H * D), of("self_attn.o_proj.weight"))
        y = rms_norm(x, of("post_attention_layernorm.weight"), epsilon)
        x = x + F.linear(F.silu(F.linear(y, of("mlp.gate_proj.weight"))) * F.linear(y, of("mlp.up_proj.weight")), of("mlp.down_proj.weight"))
    return F.linear(rms_norm(x, weights["model.norm.weight"], epsilon), weights.get("lm_head.weight", weights["model.embed_tokens.weight"]))


def rounded(x):
    return [rounded(y) for y in x] if isinstance(x, list) else round(x, 10)


def forward(config, weights, rows):
    logits = [logits_of(config, weights, row) for row in rows]
    loss = F.cross_entropy(torch.cat([z[:-1] for z in logits]), torch.tensor([token for row in rows for token in row[1:]]))
    loss.backward()
    grads = {name: weight.grad for name, weight in weights.items()}
    return {
        "tokens": rows,
        "logits": rounded([z.tolist() for z in logits]),
        "loss": rounded(loss.item()),
        "grad_l2": {name: rounded(grad.norm().item()) for name, grad in grads.items()},
        "grad_first8": {name: rounded(grad.flatten()[:8].tolist()) for name, grad in grads.items()},
        "grad_global_l2": rounded(math.sqrt(sum(grad.pow(2).sum().item() for grad in grads.values()))),
        "note": "rows of different lengths, to be padded on the left; logits at real positions; loss: mean next-token cross-entropy over the next tokens of all rows",
    }


@torch.no_grad()
def greedy(config, weights, prompt, count):
    """
    The continuation and its log-probabilities. None where it tells little: where rounding, of bfloat16 too, may turn
    a choice, where few tokens repeat, or where the text ends.
    """
    tokens, logprobs = list(prompt), []
    for _ in range(count):
        last = logits_of(config, weights, tokens)[-1]
        (best, second), (token, _) = (x.tolist() for x in last.topk(2))
        if best - second < 0.15 or token == config["eos_token_id"]:
            return None
        logprobs.append(last.log_softmax(-1)[token].item())
        tokens.append(token)
    found = tokens[len(prompt):]
    return {"prompt": prompt, "greedy": found, "logprobs": rounded(logprobs)} if len(set(found)) >= count / 3 else None


def main(folder, names):
    for name in names or VARIANTS:
        config = VARIANTS[name]
        draw = random.Random(name)
        row = lambda length: [draw.randrange(3, config["vocab_size"]) for _ in range(length)]
        weights = random_weights(config, draw)
        # Of each length the first prompt whose continuation tells much.
        cases = [next(filter(None, (greedy(config, weights, row(length), 12) for _ in itertools.count()))) for length in (5, 23, 9)]
        out = pathlib.Path(folder) / name
        out.mkdir(parents=True, exist_ok=True)
        write_safetensors(out / "model.safetensors", weights)
        (out / "config.json").write_text(json.dumps(config, indent=2) + "\n")
        (out / "forward.json").write_text(json.dumps(forward(config, weights, [row(29), row(18), row(7)])) + "\n")
        (out / "greedy.json").write_text(json.dumps({"cases": cases, "note": "must also hold when all prompts run in one left-padded batch with a KV cache"}) + "\n")


main(sys.argv[1], sys.argv[2:])
