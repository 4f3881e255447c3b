from celery import shared_task

from stats import carriers, costs, counting


@shared_task
def fold_counts() -> None:
    counting.fold()
    costs.fold()


@shared_task
def name_carriers() -> None:
    carriers.name_carriers()
