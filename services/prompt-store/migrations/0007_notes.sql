ALTER TABLE "comparisons" ADD COLUMN "note" text;--> statement-breakpoint
ALTER TABLE "demonstrations" ADD COLUMN "note" text;--> statement-breakpoint
ALTER TABLE "labeling_outcomes" ADD COLUMN "note" text;