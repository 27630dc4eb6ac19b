/** Our own backend in C++, if its package is installed and was built. */
export async function startNative(): Promise<string> {
  // A name that the type checker does not resolve: the package may be absent.
  const name: string = '@minchat/tfjs-native';
  const { registerNativeBackend } = (await import(name)) as { registerNativeBackend: () => Promise<boolean> };
  if (!(await registerNativeBackend())) throw new Error('its addon was not built on this machine');
  const { activate } = await import('./start.ts');
  await activate('native');
  return 'fused kernels in C++';
}
