CREATE TABLE "collections" (
	"id" serial PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "collections_name_unique" UNIQUE("name")
);
--> statement-breakpoint
CREATE TABLE "comparisons" (
	"import_id" bigint NOT NULL,
	"id" text COLLATE "C" NOT NULL,
	"prompt_id" text COLLATE "C" NOT NULL,
	"labeler_id" text COLLATE "C",
	"task_id" text COLLATE "C",
	CONSTRAINT "comparisons_import_id_id_pk" PRIMARY KEY("import_id","id")
);
--> statement-breakpoint
CREATE TABLE "demonstrations" (
	"import_id" bigint NOT NULL,
	"id" text COLLATE "C" NOT NULL,
	"prompt_id" text COLLATE "C" NOT NULL,
	"labeler_id" text COLLATE "C",
	"completion" text NOT NULL,
	CONSTRAINT "demonstrations_import_id_id_pk" PRIMARY KEY("import_id","id")
);
--> statement-breakpoint
CREATE TABLE "imports" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"target" text NOT NULL,
	"collection_id" integer,
	"format" text NOT NULL,
	"state" text DEFAULT 'running' NOT NULL,
	"prompts" bigint DEFAULT 0 NOT NULL,
	"demonstrations" bigint DEFAULT 0 NOT NULL,
	"comparisons" bigint DEFAULT 0 NOT NULL,
	"texts" bigint DEFAULT 0 NOT NULL,
	"skipped" bigint DEFAULT 0 NOT NULL,
	"error" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "labelers" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "prompts" (
	"import_id" bigint NOT NULL,
	"id" text COLLATE "C" NOT NULL,
	"user_id" text COLLATE "C" NOT NULL,
	"messages" jsonb NOT NULL,
	"text_hash" text COLLATE "C" NOT NULL,
	"use_case" text,
	CONSTRAINT "prompts_import_id_id_pk" PRIMARY KEY("import_id","id")
);
--> statement-breakpoint
CREATE TABLE "ranked_answers" (
	"import_id" bigint NOT NULL,
	"comparison_id" text COLLATE "C" NOT NULL,
	"position" smallint NOT NULL,
	"text" text NOT NULL,
	"rank" integer NOT NULL,
	"finished" boolean NOT NULL,
	"rating" smallint,
	"flags" jsonb NOT NULL,
	"model" text,
	CONSTRAINT "ranked_answers_import_id_comparison_id_position_pk" PRIMARY KEY("import_id","comparison_id","position")
);
--> statement-breakpoint
CREATE TABLE "snapshot_prompts" (
	"snapshot_id" bigint NOT NULL,
	"prompt_id" text COLLATE "C" NOT NULL,
	"split" text NOT NULL,
	"dropped_reason" text,
	CONSTRAINT "snapshot_prompts_snapshot_id_prompt_id_pk" PRIMARY KEY("snapshot_id","prompt_id")
);
--> statement-breakpoint
CREATE TABLE "snapshots" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"job_id" text NOT NULL,
	"collection" text NOT NULL,
	"imports" jsonb NOT NULL,
	"settings" jsonb NOT NULL,
	"counts" jsonb,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "snapshots_job_id_unique" UNIQUE("job_id")
);
--> statement-breakpoint
CREATE TABLE "texts" (
	"import_id" bigint NOT NULL,
	"id" text COLLATE "C" NOT NULL,
	"text" text NOT NULL,
	CONSTRAINT "texts_import_id_id_pk" PRIMARY KEY("import_id","id")
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "comparisons" ADD CONSTRAINT "comparisons_import_id_imports_id_fk" FOREIGN KEY ("import_id") REFERENCES "public"."imports"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "comparisons" ADD CONSTRAINT "comparisons_import_id_prompt_id_prompts_import_id_id_fk" FOREIGN KEY ("import_id","prompt_id") REFERENCES "public"."prompts"("import_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "demonstrations" ADD CONSTRAINT "demonstrations_import_id_imports_id_fk" FOREIGN KEY ("import_id") REFERENCES "public"."imports"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "demonstrations" ADD CONSTRAINT "demonstrations_import_id_prompt_id_prompts_import_id_id_fk" FOREIGN KEY ("import_id","prompt_id") REFERENCES "public"."prompts"("import_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "imports" ADD CONSTRAINT "imports_collection_id_collections_id_fk" FOREIGN KEY ("collection_id") REFERENCES "public"."collections"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "prompts" ADD CONSTRAINT "prompts_import_id_imports_id_fk" FOREIGN KEY ("import_id") REFERENCES "public"."imports"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ranked_answers" ADD CONSTRAINT "ranked_answers_import_id_imports_id_fk" FOREIGN KEY ("import_id") REFERENCES "public"."imports"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ranked_answers" ADD CONSTRAINT "ranked_answers_comparison_fk" FOREIGN KEY ("import_id","comparison_id") REFERENCES "public"."comparisons"("import_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "snapshot_prompts" ADD CONSTRAINT "snapshot_prompts_snapshot_id_snapshots_id_fk" FOREIGN KEY ("snapshot_id") REFERENCES "public"."snapshots"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "texts" ADD CONSTRAINT "texts_import_id_imports_id_fk" FOREIGN KEY ("import_id") REFERENCES "public"."imports"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "comparisons_prompt_id_import_id_index" ON "comparisons" USING btree ("prompt_id","import_id");--> statement-breakpoint
CREATE INDEX "demonstrations_prompt_id_import_id_index" ON "demonstrations" USING btree ("prompt_id","import_id");--> statement-breakpoint
CREATE INDEX "imports_collection_id_index" ON "imports" USING btree ("collection_id");--> statement-breakpoint
CREATE INDEX "prompts_user_id_index" ON "prompts" USING btree ("user_id");