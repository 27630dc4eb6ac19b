/**
 * The table of error codes. A code is stable: it is never renamed or given another meaning.
 * `http` is the status the gateway answers with, `exit` the exit code of the command line
 * (sysexits where one fits), `retryable` whether trying the same again may help.
 * docs/errors.md is made from this table; a test holds the two together.
 */
export interface ErrorEntry {
  readonly http: number;
  readonly exit: number;
  readonly retryable: boolean;
  /** What it means. */
  readonly meaning: string;
  /** What the person who meets it can do. */
  readonly todo: string;
}

export const errorCodes = {
  MC_INTERNAL: { http: 500, exit: 70, retryable: true, meaning: 'Something failed that minchat has no better name for.', todo: 'Look at the log lines with the same trace id; report it with them.' },
  MC_USAGE: { http: 400, exit: 64, retryable: false, meaning: 'A command or request was called in a way it does not know.', todo: 'Run the command with --help, or read the API document at /openapi.json.' },
  MC_CONFIG_INVALID: { http: 500, exit: 78, retryable: false, meaning: 'An environment variable or settings file has a value that cannot be used.', todo: 'Set the named variable to what the message expects.' },
  MC_SPEC_INVALID: { http: 400, exit: 65, retryable: false, meaning: 'A run spec has an unknown key or a value that cannot be used.', todo: 'Correct the line the message points at.' },
  MC_NOT_FOUND: { http: 404, exit: 66, retryable: false, meaning: 'The named run, model, collection or file does not exist.', todo: 'List what there is with `npm run minchat -- status`.' },
  MC_CONFLICT: { http: 409, exit: 65, retryable: false, meaning: 'The thing is in a state in which this cannot be done.', todo: 'Look at its state with `npm run minchat -- status RUN`.' },
  MC_NATS_UNAVAILABLE: { http: 503, exit: 69, retryable: true, meaning: 'The NATS server does not answer.', todo: 'Start it (`npm run minchat -- up`), or set NATS_URL to where it is.' },
  MC_NATS_DENIED: { http: 503, exit: 77, retryable: false, meaning: 'The NATS server does not let this user publish or subscribe where minchat must.', todo: 'Give the user of NATS_URL the rights that docs/protocol.md names.' },
  MC_NATS_NO_JETSTREAM: { http: 503, exit: 69, retryable: false, meaning: 'The NATS server runs without JetStream.', todo: 'Start nats-server with -js, and enable JetStream for the account.' },
  MC_NATS_STORE_LOST: { http: 503, exit: 75, retryable: true, meaning: 'The NATS server came back without what it had stored.', todo: 'Restore its store from a backup, or start the services again: with an empty store everything begins anew.' },
  MC_SERVICE_UNAVAILABLE: { http: 503, exit: 69, retryable: true, meaning: 'No service answered a request on the bus.', todo: 'Start the service that answers it: `npm run minchat -- up` starts all of them, and keeps their logs in .minchat/logs.' },
  MC_TIMEOUT: { http: 504, exit: 75, retryable: true, meaning: 'A service took longer than the request allows.', todo: 'Try again; if it goes on, look at the log of the service.' },
  MC_PORT_TAKEN: { http: 500, exit: 69, retryable: false, meaning: 'Another program listens on a port that minchat needs.', todo: 'Stop that program, or choose another port with the variable the message names.' },
  MC_OVERLOADED: { http: 429, exit: 75, retryable: true, meaning: 'The queue of an inference worker is full.', todo: 'Wait for the time that Retry-After tells and try again, or start more inference workers.' },
  MC_DATABASE_UNAVAILABLE: { http: 503, exit: 69, retryable: true, meaning: 'The database does not answer.', todo: 'Check DATABASE_URL, or unset it to use the embedded database.' },
  MC_DISK_FULL: { http: 507, exit: 74, retryable: false, meaning: 'There is no space left where minchat writes.', todo: 'Free space in the folder the message names, then `npm run minchat -- resume RUN`.' },
  MC_ACCESS_DENIED: { http: 500, exit: 77, retryable: false, meaning: 'The operating system refuses minchat a file, folder or port.', todo: 'Give the user that runs minchat access to what the message names, or set MINCHAT_HOME, or the port’s variable, to another one.' },
  MC_MEMORY_FULL: { http: 507, exit: 71, retryable: false, meaning: 'There is not enough memory for what a model computes.', todo: 'Take smaller batches (for the same gradients, gradientAccumulation), a smaller model, or the native backend where it is wasm: that one has 4 GiB in all.' },
  MC_MESSAGE_INVALID: { http: 400, exit: 65, retryable: false, meaning: 'A message on the bus could not be decoded or breaks its contract.', todo: 'Correct the value that the message names; if a service sent it, check that both run compatible versions of proto/minchat/v1.' },
  MC_VERSION_MISMATCH: { http: 503, exit: 78, retryable: true, meaning: 'Two services run versions that do not understand each other.', todo: 'Start all services from the same version; while they are being upgraded, try again.' },
  MC_MESSAGE_TOO_LARGE: { http: 413, exit: 65, retryable: false, meaning: 'A message is larger than its limit.', todo: 'Send less at once; hand large data over as an artifact.' },
  MC_ARTIFACT_MISSING: { http: 404, exit: 66, retryable: true, meaning: 'An artifact, or a file of it, is not in the store.', todo: 'Check that all services use the same ARTIFACT_STORE; run the stage that made it again.' },
  MC_ARTIFACT_CORRUPT: { http: 500, exit: 65, retryable: false, meaning: 'A file of an artifact does not have the digest its manifest promises.', todo: 'Run the stage that made it again, or restore the store from a backup.' },
  MC_STORE_UNAVAILABLE: { http: 503, exit: 69, retryable: true, meaning: 'The artifact store does not answer, or refuses.', todo: 'Check ARTIFACT_STORE, AWS_REGION, the AWS credentials, and AWS_ENDPOINT_URL_S3 for a store that is not Amazon’s.' },
  MC_LEASE_LOST: { http: 409, exit: 75, retryable: true, meaning: 'Another worker has taken the job over; this worker’s result is thrown away.', todo: 'Nothing: the other worker goes on from the last checkpoint.' },
  MC_CANCELLED: { http: 409, exit: 75, retryable: false, meaning: 'The run was cancelled.', todo: 'Start it again with `npm run minchat -- resume RUN`.' },
  MC_PLUGIN_UNKNOWN: { http: 400, exit: 78, retryable: false, meaning: 'A stage plugin or a reward function could not be found or loaded.', todo: 'Install the package, or correct the name in STAGE_PLUGIN, REWARD_FUNCTIONS or the spec.' },
  MC_PLUGIN_INVALID: { http: 500, exit: 78, retryable: false, meaning: 'A package was found but exports no stage made with defineStage(), or no reward function made with defineReward().', todo: 'Export it as the default export of the package.' },
  MC_STAGE_SETTINGS: { http: 400, exit: 65, retryable: false, meaning: 'A stage refuses its settings.', todo: 'Correct the named setting in the run’s spec.' },
  MC_STAGE_INPUT: { http: 400, exit: 65, retryable: false, meaning: 'A stage lacks an input or got one of the wrong kind.', todo: 'Check the `inputs` of the stage in the run’s spec.' },
  MC_STAGE_FAILED: { http: 500, exit: 70, retryable: true, meaning: 'A stage failed.', todo: 'Read its error with `npm run minchat -- status RUN`, then `npm run minchat -- resume RUN`.' },
  MC_REWARD_FUNCTION: { http: 500, exit: 70, retryable: true, meaning: 'A reward function failed, or did not give each answer a finite number.', todo: 'Mend the function that the message names, then `npm run minchat -- resume RUN`.' },
  MC_STAGE_DIVERGED: { http: 500, exit: 70, retryable: false, meaning: 'Training produced values that are not finite.', todo: 'Lower the learning rate, then fork the run from this stage.' },
  MC_GATE_STOPPED: { http: 409, exit: 70, retryable: false, meaning: 'A gate of the run’s spec stopped it.', todo: 'Read which condition failed; change the spec or the stage before it.' },
  MC_BACKEND_UNAVAILABLE: { http: 500, exit: 69, retryable: false, meaning: 'The compute backend asked for does not work on this machine.', todo: 'Set MINCHAT_BACKEND=auto, or install what the message names.' },
  MC_MODEL_INVALID: { http: 400, exit: 65, retryable: false, meaning: 'A model folder cannot be read: a file, tensor, shape or configuration is wrong.', todo: 'Compare the folder with what Hugging Face’s save_pretrained writes for GPT-2 or a model of the Llama family; docs/runs.md lists which.' },
  MC_TOKENIZER_INVALID: { http: 400, exit: 65, retryable: false, meaning: 'A tokenizer file cannot be read or is of a kind that is not supported.', todo: 'Use a tokenizer.json of BPE as GPT-2, Llama, Mistral, Qwen or SmolLM have it, or GPT-2’s vocab.json and merges.txt.' },
  MC_GGUF_UNSUPPORTED: { http: 400, exit: 65, retryable: false, meaning: 'A model or its tokenizer is of a kind for which a file of llama.cpp has no words: it would compute, or cut texts, differently there.', todo: 'Export without --gguf: the folder can be left to llama.cpp’s own convert_hf_to_gguf.py, or to what reads Hugging Face’s.' },
  MC_CONTEXT_LENGTH: { http: 400, exit: 65, retryable: false, meaning: 'A text and the answer asked for do not fit in the model’s context, or in as much of a long one as live inference has room for.', todo: 'Shorten the text or ask for fewer tokens; or give inference more memory, INFERENCE_KV_MB, where the message names it.' },
  MC_DATA_INVALID: { http: 400, exit: 65, retryable: false, meaning: 'A record of a data file cannot be used.', todo: 'Correct the line the message points at, or import without --strict to skip it.' },
  MC_DATA_EMPTY: { http: 400, exit: 65, retryable: false, meaning: 'A dataset that a stage needs has no record.', todo: 'Import more data, or loosen the filters.' },
  MC_LABELING_OVER: { http: 409, exit: 65, retryable: false, meaning: 'What was handed in can be changed until something may have been trained on it: a task of a run while that waits for rankings, an answer to a prompt until a run is given it.', todo: 'Leave it as it was handed in; tell whoever has started the run if it is badly wrong.' },
  MC_AUTH_REQUIRED: { http: 500, exit: 78, retryable: false, meaning: 'The gateway would listen on an address that others can reach, without authentication.', todo: 'Set GATEWAY_AUTH=required (people log in) or GATEWAY_API_KEYS, or leave GATEWAY_HOST at 127.0.0.1.' },
  MC_LOGIN_FAILED: { http: 401, exit: 77, retryable: false, meaning: 'There is no account of that name and password that may log in.', todo: 'Check both; an admin can give you a link that sets a new password.' },
  MC_LOGIN_LIMITED: { http: 429, exit: 75, retryable: true, meaning: 'Too many passwords were tried for this account.', todo: 'Wait a quarter of an hour, or ask an admin for a link that sets a new password.' },
  MC_LINK_INVALID: { http: 404, exit: 66, retryable: false, meaning: 'The link was used already, is too old, or was withdrawn.', todo: 'Ask an admin for a new one; `npm run minchat -- admin-link` makes one for an admin.' },
  MC_FORBIDDEN: { http: 403, exit: 77, retryable: false, meaning: 'Your role may not do this.', todo: 'Ask an admin to do it, or for another role.' },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorCodes;
