import { at, exp1, exp4, log, scaleInPlace, sum4 } from './math';

/** Rows `from` to `to` of logits z (n, V): divides them by the temperature, then nll, lse, entropy, correct (n). */
export function nllRows(z: usize, V: i32, scale: f32, targets: usize, nll: usize, lse: usize, entropy: usize, correct: usize, from: i32, to: i32): void {
  for (let i = from; i < to; i++) {
    if (scale !== 1) scaleInPlace(at(z, i * V), scale, V);
    nllRow(at(z, i * V), V, load<i32>(at(targets, i)), at(nll, i), at(lse, i), at(entropy, i), at(correct, i));
  }
}

/** Rows `from` to `to` of logits z (n, V) become dnll * scale * (softmax(z * scale) - onehot(target)). */
export function nllRowsBackward(z: usize, V: i32, scale: f32, targets: usize, lse: usize, dnll: usize, from: i32, to: i32): void {
  for (let i = from; i < to; i++) {
    if (scale !== 1) scaleInPlace(at(z, i * V), scale, V);
    nllRowBackward(at(z, i * V), V, load<i32>(at(targets, i)), load<f32>(at(lse, i)), load<f32>(at(dnll, i)) * scale);
  }
}

function nllRow(z: usize, V: i32, target: i32, nll: usize, lse: usize, entropy: usize, correct: usize): void {
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
function nllRowBackward(z: usize, V: i32, target: i32, lse: f32, scale: f32): void {
  const l4 = f32x4.splat(lse), k4 = f32x4.splat(scale);
  let i = 0;
  for (; i + 4 <= V; i += 4) v128.store(at(z, i), f32x4.mul(exp4(f32x4.sub(v128.load(at(z, i)), l4)), k4));
  for (; i < V; i++) store<f32>(at(z, i), exp1(load<f32>(at(z, i)) - lse) * scale);
  store<f32>(at(z, target), load<f32>(at(z, target)) - scale);
}
