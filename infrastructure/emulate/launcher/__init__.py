"""The AWS emulator of bp: ministack, and what it lacks for bp's templates."""
