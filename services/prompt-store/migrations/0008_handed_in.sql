ALTER TABLE "labeling_outcomes" ADD COLUMN "ratings" jsonb;--> statement-breakpoint
ALTER TABLE "labeling_outcomes" ADD COLUMN "flags" jsonb;