import { at } from './math';

/** In place. `decay` is 1 - learningRate * weightDecay, `rate` learningRate / correction1. */
export function adamw(parameter: usize, grad: usize, m: usize, v: usize, n: i32, gradScale: f32, beta1: f32, rest1: f32, beta2: f32, rest2: f32, rate: f32, correction2: f32, epsilon: f32, decay: f32): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const g = f32x4.mul(v128.load(at(grad, i)), f32x4.splat(gradScale));
    const newM = f32x4.add(f32x4.mul(v128.load(at(m, i)), f32x4.splat(beta1)), f32x4.mul(g, f32x4.splat(rest1)));
    const newV = f32x4.add(f32x4.mul(v128.load(at(v, i)), f32x4.splat(beta2)), f32x4.mul(f32x4.mul(g, g), f32x4.splat(rest2)));
    v128.store(at(m, i), newM);
    v128.store(at(v, i), newV);
    const root = f32x4.add(f32x4.sqrt(f32x4.div(newV, f32x4.splat(correction2))), f32x4.splat(epsilon));
    const change = f32x4.mul(f32x4.div(newM, root), f32x4.splat(rate));
    v128.store(at(parameter, i), f32x4.sub(f32x4.mul(v128.load(at(parameter, i)), f32x4.splat(decay)), change));
  }
  for (; i < n; i++) {
    const g = load<f32>(at(grad, i)) * gradScale;
    const newM = load<f32>(at(m, i)) * beta1 + g * rest1;
    const newV = load<f32>(at(v, i)) * beta2 + g * g * rest2;
    store<f32>(at(m, i), newM);
    store<f32>(at(v, i), newV);
    const root = sqrt<f32>(newV / correction2) + epsilon;
    store<f32>(at(parameter, i), load<f32>(at(parameter, i)) * decay - (newM / root) * rate);
  }
}
