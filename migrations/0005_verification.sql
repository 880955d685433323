ALTER TABLE `jobs` ADD `verifies` text;--> statement-breakpoint
ALTER TABLE `jobs` ADD `verification` text;