// Win rates, KL, perplexity, calibration: the report.
export {};
