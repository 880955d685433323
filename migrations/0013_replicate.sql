CREATE TABLE `replicate_predictions` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`body` text NOT NULL,
	`created_ms` integer NOT NULL,
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `replicate_predictions_project` ON `replicate_predictions` (`project_id`,`id`);--> statement-breakpoint
CREATE INDEX `replicate_predictions_age` ON `replicate_predictions` (`created_ms`);--> statement-breakpoint
ALTER TABLE `webhook_endpoints` ADD `subject_id` text;--> statement-breakpoint
ALTER TABLE `webhook_endpoints` ADD `shape` text;