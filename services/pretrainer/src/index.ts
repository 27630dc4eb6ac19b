// The stage `pretrain`; the default export is what the stage host loads.
export { pretrainSettings, type PretrainSettings } from './settings.ts';
export { pretrainStage, pretrainStage as default } from './stage.ts';
