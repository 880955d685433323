CREATE TABLE `predict_waits` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`backbone` text NOT NULL,
	`predictions` integer NOT NULL,
	`since_ms` integer NOT NULL,
	`until_ms` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `usage_days` (
	`project_id` text NOT NULL,
	`day` integer NOT NULL,
	`model` text NOT NULL,
	`requests` integer NOT NULL,
	`inputs` integer NOT NULL,
	`input_tokens` integer NOT NULL,
	`cached_tokens` integer NOT NULL,
	PRIMARY KEY(`project_id`, `day`, `model`),
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
ALTER TABLE `api_keys` ADD `limits` text;--> statement-breakpoint
ALTER TABLE `projects` ADD `limits` text;--> statement-breakpoint
ALTER TABLE `workers` ADD `queued_tokens` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `workers` ADD `in_flight` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `workers` ADD `is_draining` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `workers` ADD `resident_adapters` text DEFAULT '[]' NOT NULL;