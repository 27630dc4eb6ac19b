// The stage `sample` (the default export is what the stage host loads) and the live engine.
export { sampleSettings, sampleStage, sampleStage as default, type SampleSettings } from './sample-stage.ts';
