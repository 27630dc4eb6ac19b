// The files that stages hand each other.
export { loadRecords, readDatasetInfo, readRecords, writeDataset } from './files.ts';
export {
  answersSchema,
  comparisonSchema,
  demonstrationSchema,
  messageSchema,
  promptSchema,
  recordSchemas,
  splits,
  textSchema,
  type AnswersRecord,
  type ChatMessage,
  type ComparisonRecord,
  type DatasetInfo,
  type DemonstrationRecord,
  type PromptRecord,
  type RecordOf,
  type RecordType,
  type Split,
  type TextRecord,
} from './records.ts';
