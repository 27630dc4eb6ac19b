import { at, dot } from './math';

export function rmsNormForward(x: usize, weight: usize, N: i32, C: i32, epsilon: f32, y: usize, rstd: usize): void {
  for (let n = 0; n < N; n++) {
    const row = at(x, n * C), out = at(y, n * C);
    const r: f32 = <f32>(1.0 / Math.sqrt(<f64>(dot(row, row, C) / <f32>C + epsilon)));
    const r4 = f32x4.splat(r);
    let i = 0;
    for (; i + 4 <= C; i += 4) v128.store(at(out, i), f32x4.mul(f32x4.mul(v128.load(at(row, i)), r4), v128.load(at(weight, i))));
    for (; i < C; i++) store<f32>(at(out, i), load<f32>(at(row, i)) * r * load<f32>(at(weight, i)));
    store<f32>(at(rstd, n), r);
  }
}

/** dweight is added to: it comes as zeros. */
export function rmsNormBackward(dy: usize, x: usize, weight: usize, rstd: usize, N: i32, C: i32, dx: usize, dweight: usize): void {
  for (let n = 0; n < N; n++) {
    const row = at(x, n * C), d = at(dy, n * C), out = at(dx, n * C);
    const r = load<f32>(at(rstd, n));
    // dx = (g - normal * mean(g * normal)) * r, with g = dy * weight; mean(g * normal) first.
    let sum: f32 = 0;
    for (let i = 0; i < C; i++) {
      const dyNormal = load<f32>(at(d, i)) * (load<f32>(at(row, i)) * r);
      store<f32>(at(dweight, i), load<f32>(at(dweight, i)) + dyNormal);
      sum += dyNormal * load<f32>(at(weight, i));
    }
    const mean = sum / <f32>C;
    for (let i = 0; i < C; i++) store<f32>(at(out, i), (load<f32>(at(d, i)) * load<f32>(at(weight, i)) - load<f32>(at(row, i)) * r * mean) * r);
  }
}
