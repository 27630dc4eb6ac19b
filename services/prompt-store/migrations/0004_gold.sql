ALTER TABLE "labeling_tasks" ADD COLUMN "gold_of" text COLLATE "C";--> statement-breakpoint
ALTER TABLE "labeling_tasks" ADD COLUMN "gold_for" text COLLATE "C";