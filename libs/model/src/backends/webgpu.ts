import { existsSync } from 'node:fs';
import { activate } from './activate.ts';

/** Where Chromium's packages put SwiftShader, a Vulkan in software, and the Vulkan loader beside it. */
const softwareVulkan = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/usr/lib64/chromium-browser', '/opt/google/chrome'];

let reason: string | undefined;

/**
 * WebGPU by the npm package `webgpu` (Dawn): any GPU with Vulkan, Metal or Direct3D 12. When it is asked
 * for and there is no GPU, SwiftShader serves, where Chromium has brought it: right, but slow.
 */
export async function startWebGPU(asked: boolean): Promise<string> {
  // Once Dawn runs in a process it stays: a second instance would be a second device.
  reason ??= await start(asked);
  await activate('webgpu');
  return reason;
}

async function start(asked: boolean): Promise<string> {
  const { create, globals } = (await import('webgpu')) as { create: (options: string[]) => GPU; globals: object };
  Object.assign(globalThis, globals);
  let gpu = create([]);
  let adapter = await gpu.requestAdapter();
  if (adapter === null && asked && process.env['VK_ICD_FILENAMES'] === undefined) {
    const folder = softwareVulkan.find((path) => existsSync(`${path}/vk_swiftshader_icd.json`));
    if (folder !== undefined) {
      keepLoaded(`${folder}/libvulkan.so.1`);
      // Dawn's Vulkan loader reads it when an instance is made. (In a worker thread the environment is a
      // copy which the loader does not see: set the variable for the process there.)
      process.env['VK_ICD_FILENAMES'] = `${folder}/vk_swiftshader_icd.json`;
      gpu = create([]);
      adapter = await gpu.requestAdapter();
    }
  }
  if (adapter === null) throw new Error('no GPU with Vulkan, Metal or Direct3D 12, and no SwiftShader (install libvulkan1 and chromium, or point VK_ICD_FILENAMES at a driver)');
  const { vendor, architecture, device, description } = adapter.info;
  const name = [vendor, architecture, device, description].filter((part) => part !== '').join(' ');
  if (!asked && /swiftshader|llvmpipe|lavapipe|software/i.test(name)) throw new Error(`${name} is no real GPU`);
  // tfjs looks for navigator.gpu when the backend is imported.
  Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true });
  await import('@tensorflow/tfjs-backend-webgpu');
  return name;
}

/**
 * Loads Chromium's Vulkan loader, so that Dawn finds it by name where the system has none. It is no addon,
 * so process.dlopen reports an error, but RTLD_NODELETE leaves it in memory.
 */
function keepLoaded(library: string): void {
  if (process.platform !== 'linux' || !existsSync(library)) return;
  const now = 0x2;
  const noDelete = 0x1000;
  try {
    process.dlopen({ exports: {} }, library, now | noDelete);
  } catch {
    // Expected, see above.
  }
}
