CREATE TABLE `job_artifacts` (
	`job_id` text NOT NULL,
	`name` text NOT NULL,
	`blob_key` text NOT NULL,
	`size_bytes` integer NOT NULL,
	`sha256` text NOT NULL,
	`created_ms` integer NOT NULL,
	PRIMARY KEY(`job_id`, `name`),
	FOREIGN KEY (`job_id`) REFERENCES `jobs`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
ALTER TABLE `jobs` DROP COLUMN `checkpoint_key`;--> statement-breakpoint
ALTER TABLE `jobs` DROP COLUMN `adapter_key`;--> statement-breakpoint
ALTER TABLE `jobs` DROP COLUMN `report_key`;--> statement-breakpoint
ALTER TABLE `jobs` DROP COLUMN `result_key`;