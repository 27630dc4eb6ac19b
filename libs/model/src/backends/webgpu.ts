export async function startWebGPU(): Promise<string> {
  throw new Error('not yet');
}
