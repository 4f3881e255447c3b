from celery import shared_task

from stats import counting


@shared_task
def fold_counts() -> None:
    counting.fold()
