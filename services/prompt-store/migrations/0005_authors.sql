ALTER TABLE "comparisons" DROP CONSTRAINT "comparisons_import_id_prompt_id_prompts_import_id_id_fk";
--> statement-breakpoint
ALTER TABLE "demonstrations" DROP CONSTRAINT "demonstrations_import_id_prompt_id_prompts_import_id_id_fk";
--> statement-breakpoint
ALTER TABLE "prompts" DROP CONSTRAINT "prompts_import_id_id_pk";--> statement-breakpoint
ALTER TABLE "prompts" ADD CONSTRAINT "prompts_import_id_id_user_id_pk" PRIMARY KEY("import_id","id","user_id");--> statement-breakpoint
-- Updating every row is quicker without these indexes, which are made anew below.
DROP INDEX "comparisons_prompt_id_import_id_index";--> statement-breakpoint
DROP INDEX "demonstrations_prompt_id_import_id_index";--> statement-breakpoint
ALTER TABLE "comparisons" ADD COLUMN "user_id" text COLLATE "C";--> statement-breakpoint
UPDATE "comparisons" t SET "user_id" = p."user_id" FROM "prompts" p WHERE p."import_id" = t."import_id" AND p."id" = t."prompt_id";--> statement-breakpoint
ALTER TABLE "comparisons" ALTER COLUMN "user_id" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "demonstrations" ADD COLUMN "user_id" text COLLATE "C";--> statement-breakpoint
UPDATE "demonstrations" t SET "user_id" = p."user_id" FROM "prompts" p WHERE p."import_id" = t."import_id" AND p."id" = t."prompt_id";--> statement-breakpoint
ALTER TABLE "demonstrations" ALTER COLUMN "user_id" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "comparisons" ADD CONSTRAINT "comparisons_prompt_fk" FOREIGN KEY ("import_id","prompt_id","user_id") REFERENCES "public"."prompts"("import_id","id","user_id") ON DELETE no action ON UPDATE cascade;--> statement-breakpoint
ALTER TABLE "demonstrations" ADD CONSTRAINT "demonstrations_prompt_fk" FOREIGN KEY ("import_id","prompt_id","user_id") REFERENCES "public"."prompts"("import_id","id","user_id") ON DELETE no action ON UPDATE cascade;--> statement-breakpoint
CREATE INDEX "comparisons_prompt_id_import_id_index" ON "comparisons" USING btree ("prompt_id","import_id");--> statement-breakpoint
CREATE INDEX "demonstrations_prompt_id_import_id_index" ON "demonstrations" USING btree ("prompt_id","import_id");