CREATE TABLE "guidelines" (
	"id" integer PRIMARY KEY NOT NULL,
	"text" text NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "tombstones" (
	"hash" text COLLATE "C" PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"pseudonym" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "labeling_outcomes" ADD COLUMN "ranks" jsonb;--> statement-breakpoint
ALTER TABLE "labeling_outcomes" ADD COLUMN "active_ms" integer;--> statement-breakpoint
ALTER TABLE "labeling_outcomes" ADD COLUMN "gold_score" real;--> statement-breakpoint
ALTER TABLE "labeling_queues" ADD COLUMN "gold_rate" real DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "labeling_queues" ADD COLUMN "gold_collection" text;--> statement-breakpoint
ALTER TABLE "labeling_tasks" ADD COLUMN "gold" jsonb;--> statement-breakpoint
ALTER TABLE "snapshots" ADD COLUMN "run_id" text DEFAULT '' NOT NULL;--> statement-breakpoint
CREATE INDEX "labeling_outcomes_labeler_id_index" ON "labeling_outcomes" USING btree ("labeler_id");