// The stage `sft`; the default export is what the stage host loads.
export { sftSettings, type SftSettings } from './settings.ts';
export { sftStage, sftStage as default } from './stage.ts';
