CREATE TABLE `drift_states` (
	`model_id` text PRIMARY KEY NOT NULL,
	`state` text NOT NULL,
	`since_ms` integer NOT NULL,
	`windows` text NOT NULL,
	`token` text NOT NULL,
	FOREIGN KEY (`model_id`) REFERENCES `models`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `drift_tallies` (
	`id` text PRIMARY KEY NOT NULL,
	`model_id` text NOT NULL,
	`rows` integer NOT NULL,
	`shift_sum` real NOT NULL,
	`labels` text NOT NULL,
	FOREIGN KEY (`model_id`) REFERENCES `models`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `drift_tallies_model` ON `drift_tallies` (`model_id`);--> statement-breakpoint
ALTER TABLE `models` ADD `drift_reference` text;