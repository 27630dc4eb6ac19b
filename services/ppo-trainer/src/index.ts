// The stage `ppo`; the default export is what the stage host loads. Other algorithms behind the same
// seam: `@minchat/ppo-trainer/rloo`, `@minchat/ppo-trainer/dpo`, `@minchat/ppo-trainer/best-of-n`.
export { ppoSettings, type PpoSettings } from './settings.ts';
export { ppoStage, ppoStage as default } from './stage.ts';
