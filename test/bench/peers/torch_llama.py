#!/usr/bin/env python3
"""The peer to beat: a decoder of the Llama family in eager PyTorch on the CPU (Debian: apt-get install python3-torch libopenblas0-pthread; run with /usr/bin/python3).

usage: torch_llama.py train    --layers 4 --heads 4 --kv-heads 2 --width 256 --inner 688 --context 128 --vocab 2048 --batch 32 [--dtype bf16] [--steps 6]
       torch_llama.py generate --layers 4 --heads 4 --kv-heads 2 --width 256 --inner 688 --prompt 32 --new 96 --vocab 2048 --batch 32 [--dtype bf16]
RMSNorm, rotary positions, SwiGLU, grouped queries, no biases, output tied to the embedding. train: forward, backward,
clip, AdamW, on random tokens. generate: prefill, then one token at a time with a preallocated KV cache, sampling at
temperature 1. Prints one JSON line: median seconds and tokens per second.
"""
import argparse, json, math, statistics, time
import torch
import torch.nn as nn
import torch.nn.functional as F


class RMSNorm(nn.Module):
    def __init__(s, C):
        super().__init__()
        s.weight = nn.Parameter(torch.ones(C))

    def forward(s, x):
        if hasattr(F, "rms_norm"):
            return F.rms_norm(x, s.weight.shape, s.weight, 1e-5)
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + 1e-5) * s.weight


def rotate(x, cos, sin):
    """x (B, T, heads, D), cos and sin (T, 1, D), the sine's first half negative."""
    a, b = x.chunk(2, -1)
    return x * cos + torch.cat((b, a), -1) * sin


class Block(nn.Module):
    def __init__(s, C, H, KV, I):
        super().__init__()
        s.H, s.KV, s.D = H, KV, C // H
        s.norm1, s.norm2 = RMSNorm(C), RMSNorm(C)
        # One product for queries, keys and values, and one for gate and up.
        s.qkv, s.o = nn.Linear(C, (H + 2 * KV) * s.D, bias=False), nn.Linear(C, C, bias=False)
        s.gate_up, s.down = nn.Linear(C, 2 * I, bias=False), nn.Linear(I, C, bias=False)

    def attend(s, q, k, v, mask):
        """q (B, H, T, D), k and v (B, KV, S, D) -> (B, H, T, D)."""
        B, H, T, D = q.shape
        if hasattr(F, "scaled_dot_product_attention"):
            return F.scaled_dot_product_attention(q, k, v, is_causal=T > 1, enable_gqa=True)
        # The queries that share a head of keys are rows of one matrix: keys and values are never repeated.
        a = (q.reshape(B, s.KV, H // s.KV * T, D) @ k.transpose(2, 3)) * (1 / math.sqrt(D))
        if T > 1:
            a = a.view(B, H, T, -1).masked_fill(mask[:T, :T], float("-inf")).view(a.shape)
        return (a.softmax(-1) @ v).view(B, H, T, D)

    def forward(s, x, cos, sin, mask, cache=None, at=0):
        B, T, C = x.shape
        qk, v = s.qkv(s.norm1(x)).view(B, T, -1, s.D).split([s.H + s.KV, s.KV], 2)
        qk = rotate(qk, cos, sin)
        q, k, v = (z.transpose(1, 2) for z in (qk[:, :, :s.H], qk[:, :, s.H:], v))
        if cache is not None:
            cache[0][:, :, at:at + T], cache[1][:, :, at:at + T] = k, v
            k, v = cache[0][:, :, :at + T], cache[1][:, :, :at + T]
        x = x + s.o(s.attend(q, k, v, mask).transpose(1, 2).reshape(B, T, C))
        gate, up = s.gate_up(s.norm2(x)).chunk(2, -1)
        return x + s.down(F.silu(gate) * up)


class Llama(nn.Module):
    def __init__(s, o, T):
        super().__init__()
        s.KV, s.D = o.kv_heads, o.width // o.heads
        s.wte = nn.Embedding(o.vocab, o.width)
        s.h, s.norm = nn.ModuleList(Block(o.width, o.heads, o.kv_heads, o.inner) for _ in range(o.layers)), RMSNorm(o.width)
        s.register_buffer("mask", torch.triu(torch.ones(T, T), 1).bool())
        angles = torch.outer(torch.arange(T), 10000.0 ** (-torch.arange(0, s.D, 2) / s.D))[:, None]
        s.register_buffer("cos", torch.cat((angles, angles), -1).cos())
        s.register_buffer("sin", torch.cat((-angles, angles), -1).sin())
        for p in s.parameters():
            if p.dim() > 1:
                nn.init.normal_(p, std=0.02)

    def hidden(s, tok, cache=None, at=0):
        x, dt = s.wte(tok), dtype()
        cos, sin = (z[at:at + tok.shape[1]].to(dt) for z in (s.cos, s.sin))
        for i, b in enumerate(s.h):
            x = b(x, cos, sin, s.mask, cache[i] if cache else None, at)
        return s.norm(x)

    def forward(s, tok):
        return F.linear(s.hidden(tok), s.wte.weight)

    @torch.no_grad()
    def generate(s, prompt, n):
        B, P = prompt.shape
        cache = [[torch.empty(B, s.KV, P + n, s.D, dtype=dtype()) for _ in (0, 1)] for _ in s.h]
        out, x, at = [prompt], prompt, 0
        for _ in range(n):
            z = s.hidden(x, cache, at)[:, -1]
            at += x.shape[1]
            x = torch.multinomial(F.linear(z, s.wte.weight).float().softmax(-1), 1)
            out.append(x)
        return torch.cat(out, 1)


def dtype():
    """Of the products."""
    return torch.bfloat16 if torch.is_autocast_cpu_enabled() else torch.float32


def main():
    a = argparse.ArgumentParser()
    a.add_argument("what", choices=["train", "generate"])
    for k, v in {"layers": 4, "heads": 4, "kv-heads": 2, "width": 256, "inner": 688, "context": 128, "vocab": 2048, "batch": 32, "prompt": 32, "new": 96, "steps": 6, "threads": 2}.items():
        a.add_argument("--" + k, type=int, default=v)
    a.add_argument("--dtype", choices=["fp32", "bf16"], default="fp32")
    o = a.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(o.threads)
    m = Llama(o, o.context if o.what == "train" else o.prompt + o.new)
    d, n = [p for p in m.parameters() if p.dim() > 1], [p for p in m.parameters() if p.dim() < 2]
    opt = torch.optim.AdamW([{"params": d, "weight_decay": .1}, {"params": n, "weight_decay": 0.}], lr=3e-4, betas=(.9, .95))
    amp = lambda: torch.autocast("cpu", dtype=torch.bfloat16, enabled=o.dtype == "bf16")
    times = []
    for _ in range(o.steps):
        t0 = time.perf_counter()
        if o.what == "train":
            x, y = torch.randint(0, o.vocab, (2, o.batch, o.context))
            with amp():
                loss = F.cross_entropy(m(x).view(-1, o.vocab), y.view(-1))
            opt.zero_grad(set_to_none=True); loss.backward()
            nn.utils.clip_grad_norm_(m.parameters(), 1.0); opt.step()
            tokens = o.batch * o.context
        else:
            with amp():
                m.generate(torch.randint(0, o.vocab, (o.batch, o.prompt)), o.new)
            tokens = o.batch * o.new
        times.append(time.perf_counter() - t0)
    s = statistics.median(times[1:])
    print(json.dumps({"peer": f"torch {torch.__version__}", "what": o.what, "dtype": o.dtype, "seconds": round(s, 4), "tokens_per_second": round(tokens / s, 1),
                      "parameters": sum(p.numel() for p in m.parameters()), **{k: v for k, v in vars(o).items() if k not in ("what", "dtype")}}), flush=True)


if __name__ == "__main__":
    main()
