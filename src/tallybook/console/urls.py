from django.urls import URLPattern, URLResolver, include, path

from tallybook.console import (
    account_views,
    audit_views,
    billed_views,
    customer_changes,
    customer_views,
    deciding_views,
    handbook_views,
    import_views,
    invitation_views,
    link_actions,
    link_views,
    object_views,
    overview_views,
    people_views,
    program_pages,
    search_views,
    sign_in,
    step_up,
    totp_views,
    views,
    what_if_views,
)

_usage = [
    path("", views.usage_details, name="usage"),
    path("export/", views.export_form, name="export"),
    path("export/count/", views.export_count, name="export-count"),
    path("export/download", views.export_download, name="export-download"),
]
_billed = [
    path("", billed_views.billed_users, name="billed"),
    path("<uuid:customer_id>/", billed_views.billed_customer, name="billed-customer"),
    path("what-if/", what_if_views.what_if, name="billed-what-if"),
    path("what-if/download", what_if_views.what_if_download, name="billed-what-if-download"),
    path("in-doubt/", deciding_views.in_doubt, name="billed-in-doubt"),
    path("in-doubt/decide", deciding_views.decide, name="decide"),
    path("in-doubt/undo", deciding_views.undo, name="undo"),
    path("in-doubt/include", deciding_views.include_listed, name="include-listed"),
    path("<uuid:customer_id>/person/", billed_views.billed_person, name="billed-person"),
    path("<uuid:customer_id>/person/exclude", deciding_views.exclude, name="exclude"),
    path("<uuid:customer_id>/person/include", deciding_views.include, name="include"),
]
_upload = [
    path("", import_views.upload_page, name="upload"),
    path("check", import_views.check, name="upload-check"),
    path("import", import_views.confirm, name="upload-import"),
    path("remove", import_views.discard, name="upload-remove"),
    path("refused.csv", import_views.refused_rows, name="upload-refused"),
]
_imports: list[URLPattern | URLResolver] = [
    path("", import_views.import_list, name="imports"),
    path("new/", import_views.new, name="import-new"),
    path("files/<uuid:upload_id>/", include(_upload)),
    path("<int:number>/", import_views.import_page, name="import"),
    path("<int:number>/undo/", import_views.undo, name="import-undo"),
]
_customer: list[URLPattern | URLResolver] = [
    path("", customer_views.customer, name="customer"),
    path("edit/", customer_changes.edit, name="customer-edit"),
    path("aliases/add", customer_changes.add_alias, name="customer-alias-add"),
    path("aliases/remove/", customer_changes.remove_alias, name="customer-alias-remove"),
    path("objects/", object_views.customer_objects, name="customer-objects"),
    path("objects/<uuid:object_key>/", object_views.one_object, name="customer-object"),
]
_customers: list[URLPattern | URLResolver] = [
    path("", customer_views.customer_list, name="customers"),
    path("objects/", object_views.all_objects, name="customers-objects"),
    path("<uuid:customer_id>/", include(_customer)),
]
_audit = [
    path("", audit_views.audit_log, name="audit"),
    path("download", audit_views.audit_download, name="audit-download"),
]
_people = [
    path("", people_views.people, name="people"),
    path("invite/", people_views.invite, name="invite"),
    path("invitations/<uuid:invitation_id>/revoke", people_views.revoke, name="invitation-revoke"),
    path("<uuid:user_id>/role/", people_views.change_role, name="people-role"),
    path("<uuid:user_id>/remove/", people_views.remove, name="people-remove"),
]
_account = [
    path("", account_views.account, name="account"),
    path("password/", account_views.password, name="account-password"),
    path("sessions/end-others", account_views.end_others, name="sessions-end"),
    path("sessions/<uuid:session_id>/end", account_views.end_one, name="session-end"),
    path("totp/on/", totp_views.turn_on, name="totp-on"),
    path("totp/off/", totp_views.turn_off, name="totp-off"),
    path("recovery-codes/", totp_views.recovery_codes, name="recovery-codes"),
]
_link: list[URLPattern | URLResolver] = [
    path("", link_views.link_page, name="link"),
    path("edit/", link_views.edit, name="link-edit"),
    path("postman.json", link_views.postman, name="link-postman"),
    path("pause", link_actions.pause, name="link-pause"),
    path("resume", link_actions.resume, name="link-resume"),
    path("rotate/", link_actions.rotate, name="link-rotate"),
    path("revoke/", link_actions.revoke, name="link-revoke"),
]
_links: list[URLPattern | URLResolver] = [
    path("", link_views.link_list, name="links"),
    path("new/", link_views.new, name="link-new"),
    path("<uuid:link_id>/", include(_link)),
]

urlpatterns = [
    # Allauth looks these three up by their bare names.
    path("sign-in/", sign_in.sign_in, name="account_login"),
    path("sign-in/code/", sign_in.sign_in_code, name="mfa_authenticate"),
    path("sign-out/", sign_in.sign_out, name="account_logout"),
    path(
        "",
        include(
            (
                [
                    path("", views.home, name="home"),
                    path("problems/", program_pages.problems, name="problems"),
                    path("problems/<slug:name>", program_pages.problem, name="problem"),
                    path("docs/", handbook_views.handbook, name="handbook-index"),
                    path("docs/images/<str:name>", handbook_views.image, name="handbook-image"),
                    path("docs/<path:name>", handbook_views.handbook, name="handbook"),
                    path("favicon.ico", views.favicon, name="favicon"),
                    path("subscriptions/<uuid:subscription_id>/overview/", overview_views.overview, name="overview"),
                    path("account/", include(_account)),
                    path("confirm/", step_up.confirm, name="confirm"),
                    path("invitations/<uuid:subscription_id>/<str:secret>/", invitation_views.invitation, name="invitation"),
                    path("subscriptions/<uuid:subscription_id>/usage/", include(_usage)),
                    path("subscriptions/<uuid:subscription_id>/customers/", include(_customers)),
                    path("subscriptions/<uuid:subscription_id>/search/", search_views.search, name="search"),
                    path("subscriptions/<uuid:subscription_id>/billed-users/", include(_billed)),
                    path("subscriptions/<uuid:subscription_id>/imports/", include(_imports)),
                    path("subscriptions/<uuid:subscription_id>/audit/", include(_audit)),
                    path("subscriptions/<uuid:subscription_id>/links/", include(_links)),
                    path("subscriptions/<uuid:subscription_id>/people/", include(_people)),
                ],
                "console",
            )
        ),
    ),
]
