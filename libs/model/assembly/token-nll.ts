import { at, exp1, exp4, log, sum4 } from './math';

/** One row of logits (V), already divided by the temperature: nll, lse, entropy, correct to their places. */
export function nllRow(z: usize, V: i32, target: i32, nll: usize, lse: usize, entropy: usize, correct: usize): void {
  let m = load<f32>(z);
  let best = 0;
  for (let i = 1; i < V; i++) {
    const value = load<f32>(at(z, i));
    if (value > m) {
      m = value;
      best = i;
    }
  }
  const m4 = f32x4.splat(m);
  let s4 = f32x4.splat(0), w4 = f32x4.splat(0);
  let i = 0;
  for (; i + 4 <= V; i += 4) {
    const d = f32x4.sub(v128.load(at(z, i)), m4);
    const e = exp4(d);
    s4 = f32x4.add(s4, e);
    w4 = f32x4.add(w4, f32x4.mul(e, d));
  }
  let sum = sum4(s4), weighted = sum4(w4);
  for (; i < V; i++) {
    const d = load<f32>(at(z, i)) - m;
    const e = exp1(d);
    sum += e;
    weighted += e * d;
  }
  const logSum = <f32>log(<f64>sum);
  store<f32>(nll, logSum - (load<f32>(at(z, target)) - m));
  store<f32>(lse, m + logSum);
  store<f32>(entropy, logSum - weighted / sum);
  store<f32>(correct, best === target ? 1 : 0);
}

/** z (V) becomes scale * (softmax(z) - onehot(target)). */
export function nllRowBackward(z: usize, V: i32, target: i32, lse: f32, scale: f32): void {
  const l4 = f32x4.splat(lse), k4 = f32x4.splat(scale);
  let i = 0;
  for (; i + 4 <= V; i += 4) v128.store(at(z, i), f32x4.mul(exp4(f32x4.sub(v128.load(at(z, i)), l4)), k4));
  for (; i < V; i++) store<f32>(at(z, i), exp1(load<f32>(at(z, i)) - lse) * scale);
  store<f32>(at(z, target), load<f32>(at(z, target)) - scale);
}
