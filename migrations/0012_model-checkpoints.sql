DROP INDEX `models_job`;--> statement-breakpoint
ALTER TABLE `models` ADD `step` integer;--> statement-breakpoint
ALTER TABLE `models` ADD `metrics` text;--> statement-breakpoint
CREATE INDEX `models_job` ON `models` (`job_id`,`step`);