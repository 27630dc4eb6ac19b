// npm run setup:gpu: installs TensorFlow's own library for Node, which is too large and too choosy to
// be a dependency: @tensorflow/tfjs-node-gpu where an NVIDIA driver answers, else @tensorflow/tfjs-node.
import { spawnSync } from 'node:child_process';
import { ensureDependencies, root, toolEnv } from './setup.mjs';

ensureDependencies();
const gpu = spawnSync('nvidia-smi', ['-L'], { stdio: 'ignore' }).status === 0;
const names = gpu ? ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] : ['@tensorflow/tfjs-node'];
const npm = (args) => spawnSync('npm', args, { cwd: root, env: toolEnv(), stdio: 'inherit' }).status === 0;

console.log(gpu ? 'Found an NVIDIA GPU.' : 'Found no NVIDIA GPU (nvidia-smi does not answer): installing the CPU library.');
for (const name of names) {
  // Beside the lock file: whoever does not ask for it does not get it.
  if (!npm(['install', '--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--foreground-scripts', name])) continue;
  const works = spawnSync('node', ['--input-type=module', '-e', "const { startBackend } = await import('@minchat/model'); console.log((await startBackend('tensorflow')).reason); process.exit(0);"], {
    cwd: `${root}/libs/cli`, env: toolEnv(), stdio: 'inherit',
  }).status === 0;
  if (works) {
    console.log(`${name} works: MINCHAT_BACKEND=auto will take it.`);
    process.exit(0);
  }
  console.error(`${name} is installed, but does not work here.`);
}
console.error('MC_BACKEND_UNAVAILABLE: could not set up TensorFlow\nIt needs CUDA 11.2 and cuDNN 8 for a GPU, and a network for its library; docs and the CUDA image in docker/ tell more.');
process.exit(69);
