CREATE TABLE "labeling_outcomes" (
	"task_id" text COLLATE "C" NOT NULL,
	"labeler_id" text COLLATE "C" NOT NULL,
	"outcome" text NOT NULL,
	"reason" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "labeling_outcomes_task_id_labeler_id_pk" PRIMARY KEY("task_id","labeler_id")
);
--> statement-breakpoint
CREATE TABLE "labeling_queues" (
	"job_id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"run_id" text COLLATE "C" NOT NULL,
	"stage" text NOT NULL,
	"wanted" integer NOT NULL,
	"done" integer DEFAULT 0 NOT NULL,
	"open" boolean DEFAULT true NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "labeling_tasks" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"job_id" text COLLATE "C",
	"prompt_id" text COLLATE "C" NOT NULL,
	"messages" jsonb NOT NULL,
	"answers" jsonb NOT NULL,
	"model" text,
	"wanted" integer DEFAULT 1 NOT NULL,
	"done" integer DEFAULT 0 NOT NULL,
	"leased_by" text COLLATE "C",
	"leased_until" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "labeling_outcomes" ADD CONSTRAINT "labeling_outcomes_task_id_labeling_tasks_id_fk" FOREIGN KEY ("task_id") REFERENCES "public"."labeling_tasks"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "labeling_tasks" ADD CONSTRAINT "labeling_tasks_job_id_labeling_queues_job_id_fk" FOREIGN KEY ("job_id") REFERENCES "public"."labeling_queues"("job_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "labeling_tasks_kind_done_index" ON "labeling_tasks" USING btree ("kind","done");--> statement-breakpoint
CREATE INDEX "labeling_tasks_job_id_index" ON "labeling_tasks" USING btree ("job_id");