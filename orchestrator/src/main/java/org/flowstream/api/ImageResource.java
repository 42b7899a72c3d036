package org.flowstream.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.flowstream.image.Image;
import org.flowstream.image.ImageException;
import org.flowstream.image.ImageFile;
import org.flowstream.image.ImageStore;
import org.flowstream.image.Manifest;
import org.flowstream.model.ImageDigest;
import org.flowstream.model.Name;
import org.flowstream.reconcile.Declarations;

/** {@code /v1/images}: the images of this host, each put in under its digest. */
public final class ImageResource {
    private final ImageStore images;
    private final Declarations declarations;

    public ImageResource(ImageStore images, Declarations declarations) {
        this.images = images;
        this.declarations = declarations;
    }

    public List<Route> routes() {
        return List.of(
                new Route("GET", "/v1/images", call -> list()),
                new Route("GET", "/v1/images/{digest}", this::show),
                new Route("GET", "/v1/images/{digest}/file", this::file),
                new Route("PUT", "/v1/images/{digest}", this::put),
                new Route("DELETE", "/v1/images/{digest}", this::remove));
    }

    private Answer list() {
        ArrayNode list = Json.array();
        for (ImageStore.Entry entry : images.list().entries()) {
            list.add(describe(entry.digest(), entry.manifest(), entry.size())
                    .put("stored", entry.stored().toString()));
        }
        return Answer.ok(list);
    }

    private ObjectNode describe(ImageDigest digest, Manifest manifest, long size) {
        ObjectNode node = Json.object()
                .put("digest", digest.toString())
                .put("template", manifest.template())
                .put("version", manifest.version())
                .put("size", size);
        ArrayNode users = node.putArray("users");
        users(digest).forEach(user -> users.add(user.toString()));
        return node;
    }

    private List<Name> users(ImageDigest digest) {
        return declarations.all().stream()
                .flatMap(chain -> chain.spec().spec().middleboxes().stream())
                .filter(middlebox -> middlebox.image().equals(digest))
                .map(middlebox -> middlebox.name())
                .toList();
    }

    private Answer show(Call call) {
        ImageDigest digest = call.path("digest", ImageDigest::parse);
        try {
            Image image = images.get(digest);
            return Answer.ok(describe(digest, image.manifest(), image.size()));
        } catch (ImageException e) {
            throw ApiProblem.notFound(String.valueOf(e.getMessage()), "flowstream image build");
        }
    }

    /** By the whole digest or the first digits of one. */
    private Answer file(Call call) {
        String text = call.path("digest", name -> name);
        try {
            ImageDigest digest = images.find(text.startsWith("sha256:") ? text.substring(7) : text);
            return new Answer.File(images.file(digest), "application/octet-stream");
        } catch (ImageException e) {
            throw ApiProblem.notFound(String.valueOf(e.getMessage()), "flowstream image ls");
        }
    }

    private Answer put(Call call) {
        ImageDigest digest = call.path("digest", ImageDigest::parse);
        try {
            Image image = ImageFile.parse(call.body(), "the image");
            if (!image.digest().equals(digest)) {
                throw ApiProblem.badRequest("the image's digest is " + image.digest() + ", not " + digest);
            }
            images.put(image);
            return Answer.ok(describe(digest, image.manifest(), image.size()));
        } catch (ImageException e) {
            throw ApiProblem.refused(String.valueOf(e.getMessage()), null);
        }
    }

    private Answer remove(Call call) {
        ImageDigest digest = call.path("digest", ImageDigest::parse);
        List<Name> users = users(digest);
        if (!users.isEmpty()) {
            throw ApiProblem.conflict(
                    "image " + digest.abbreviated() + " is used by " + users.get(0), "flowstream rm " + users.get(0));
        }
        if (!images.remove(digest)) {
            throw ApiProblem.notFound("there is no image " + digest, "flowstream image ls");
        }
        return Answer.done();
    }
}
