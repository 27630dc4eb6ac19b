ALTER TABLE "labeling_outcomes" ADD COLUMN "completion" text;--> statement-breakpoint
ALTER TABLE "labeling_outcomes" ADD COLUMN "changed_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "labeling_outcomes" ADD COLUMN "former" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "labeling_queues" DROP COLUMN "done";