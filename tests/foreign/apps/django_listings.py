"""Listings under Django REST framework, as its documentation writes it.

Arguments: a port, the file of the database, the name of a paginator below, and whether routes end
in a slash (``slash`` or ``bare``).
"""

import sys

import django
from django.conf import settings
from django.core.management import call_command

_, PORT, DATABASE, PAGINATOR, SLASH = sys.argv

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": DATABASE}},
    INSTALLED_APPS=["rest_framework"],
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": [],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "PAGE_SIZE": 2,
        "UNAUTHENTICATED_USER": None,
    },
    ROOT_URLCONF=__name__,
    USE_TZ=True,
)
django.setup()

from django.db import connection, models  # noqa: E402 -- needs the settings
from rest_framework import pagination, routers, serializers, viewsets  # noqa: E402 -- the same


class Listing(models.Model):
    name = models.CharField(max_length=100)
    address = models.CharField(max_length=100, blank=True)
    bedrooms = models.PositiveIntegerField(default=1)
    notes = models.TextField(blank=True)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "listings"
        ordering = ("id",)


class PageNumber(pagination.PageNumberPagination):
    page_size_query_param = "page_size"


class LimitOffset(pagination.LimitOffsetPagination):
    pass


class Cursor(pagination.CursorPagination):
    page_size_query_param = "page_size"


class ListingSerializer(serializers.ModelSerializer):
    class Meta:
        model = Listing
        fields = "__all__"


class ListingViewSet(viewsets.ModelViewSet):
    queryset = Listing.objects.all()
    serializer_class = ListingSerializer
    pagination_class = {paging.__name__: paging for paging in (PageNumber, LimitOffset, Cursor)}[
        PAGINATOR
    ]


router = routers.DefaultRouter(trailing_slash=SLASH == "slash")
router.register("properties", ListingViewSet)
urlpatterns = router.urls

if __name__ == "__main__":
    with connection.schema_editor() as editor:
        editor.create_model(Listing)
    call_command("runserver", f"127.0.0.1:{PORT}", "--noreload")
