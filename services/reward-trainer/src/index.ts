// The stage `reward`; the default export is what the stage host loads.
export { rewardSettings, type RewardSettings } from './settings.ts';
export { rewardStage, rewardStage as default } from './stage.ts';
