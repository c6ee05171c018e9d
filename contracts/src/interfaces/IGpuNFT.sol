// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {GpuStatus, LeaveReason, OperatorMode} from "contracts/src/types/Types.sol";

/// @title GPU NFTs: each the digital twin of one physical GPU
/// @notice Bound to its GPU by `uuidHash = keccak256(bytes(lowercase uuid))`, the uuid as DCGM prints it. Born into a
/// pool; its owner may take it out after `EXIT_DELAY` and into another of the same model, never with bookings ahead.
interface IGpuNFT is IERC721 {
    /// @notice A GPU came to be, ACTIVE in a pool. Emitted before the ERC-721 `Transfer` of the mint.
    event GpuMinted(
        uint256 indexed gpuId,
        uint256 indexed poolId,
        uint256 indexed operatorId,
        address owner,
        address contributor,
        bytes32 modelId,
        bytes32 uuidHash
    );
    /// @notice The GPU's status changed. A RETIRED one stays in its pool for good.
    event GpuStatusSet(uint256 indexed gpuId, GpuStatus status);
    /// @notice The owner may take the GPU out of its pool from `exitAt` on, seconds since 1970.
    event GpuExitAnnounced(uint256 indexed gpuId, uint256 exitAt);
    /// @notice The owner thought better of it.
    event GpuExitCancelled(uint256 indexed gpuId);
    /// @notice The GPU is in no pool and OFFLINE. If it was ACTIVE, `GpuStatusSet` follows.
    event GpuLeftPool(uint256 indexed gpuId, uint256 indexed poolId, uint256 indexed operatorId, LeaveReason reason);
    /// @notice The operator lets the GPU's owner bring it to the pool. Holds until used or until the token moves.
    event GpuInvited(uint256 indexed gpuId, uint256 indexed poolId, uint256 indexed operatorId);
    /// @notice The GPU joined a pool and is ACTIVE, as the `GpuStatusSet` that follows says.
    event GpuJoinedPool(uint256 indexed gpuId, uint256 indexed poolId, uint256 indexed operatorId, address contributor);

    /// @notice The market was named, for good.
    event MarketSet(address market);

    /// @notice No such GPU.
    error GpuNFT_NoGpu(uint256 gpuId);
    /// @notice Another living GPU has this UUID.
    error GpuNFT_UuidTaken(bytes32 uuidHash, uint256 gpuId);
    /// @notice A UUID hash of zero binds to nothing.
    error GpuNFT_ZeroUuid();
    /// @notice `account` is neither the pool's operator, nor a member in good standing, nor invited with this GPU.
    error GpuNFT_CannotContribute(uint256 operatorId, address account);
    /// @notice A self-pooled operator owns every GPU it runs.
    error GpuNFT_SelfPooledOnly(uint256 operatorId, address to);
    /// @notice `account` is neither the GPU's operator nor, under a distributed one, its contributor; or is that but not in
    /// good standing, and would bring it back.
    error GpuNFT_NotCaretaker(uint256 gpuId, address account);
    /// @notice `account` doesn't hold the GPU's token.
    error GpuNFT_NotOwner(uint256 gpuId, address account);
    /// @notice A retired GPU stays retired.
    error GpuNFT_Retired(uint256 gpuId);
    /// @notice The GPU has this status already.
    error GpuNFT_SameStatus(uint256 gpuId, GpuStatus status);
    /// @notice The market is set once.
    error GpuNFT_MarketSet(address market);
    /// @notice Slots or on-demand hold this or a later hour: they must be moved, refunded, served or ended first.
    error GpuNFT_Booked(uint256 gpuId);
    /// @notice The GPU is in no pool.
    error GpuNFT_NotPooled(uint256 gpuId);
    /// @notice The GPU is in a pool already.
    error GpuNFT_Pooled(uint256 gpuId, uint256 poolId);
    /// @notice The GPU is of another model than the pool.
    error GpuNFT_OtherModel(uint256 gpuId, bytes32 modelId, bytes32 poolModelId);
    /// @notice The exit was announced already.
    error GpuNFT_ExitAnnounced(uint256 gpuId, uint256 exitAt);
    /// @notice No exit was announced.
    error GpuNFT_NoExit(uint256 gpuId);
    /// @notice The GPU may leave at `exitAt`, seconds since 1970.
    error GpuNFT_TooEarly(uint256 gpuId, uint256 exitAt);
    /// @notice Only a distributed operator has members to let go of.
    error GpuNFT_NotDistributed(uint256 operatorId, OperatorMode mode);
    /// @notice The GPU's contributor is the operator or a member in good standing.
    error GpuNFT_InGoodStanding(uint256 gpuId, address contributor);

    /// @notice Mints the twin of one GPU into a pool. By the pool's operator or a member in good standing.
    /// @param poolId the pool it joins; the GPU's model is the pool's
    /// @param to its first owner
    /// @param uuidHash keccak256 of the lower-case UUID
    /// @return gpuId counted from 1
    function mint(uint256 poolId, address to, bytes32 uuidHash) external returns (uint256 gpuId);

    /// @notice Sets a GPU's status. ACTIVE and OFFLINE: by its operator or, under a distributed one, its contributor, while
    /// it is in a pool; ACTIVE by a contributor in good standing only. RETIRED: by its owner or whom the owner approved,
    /// without bookings ahead; for good, and it frees the UUID. Leaving ACTIVE ends the running rental.
    function setStatus(uint256 gpuId, GpuStatus status) external;

    /// @notice Says that the GPU will leave its pool, `EXIT_DELAY` from now at the soonest. By its owner.
    function announceExit(uint256 gpuId) external;

    /// @notice Takes the announcement back. By the owner, perhaps another than who made it.
    function cancelExit(uint256 gpuId) external;

    /// @notice Takes a GPU out of its pool, once `exitAt` has come and no bookings are ahead. By its owner. Ends a
    /// running spot rental.
    function withdraw(uint256 gpuId) external;

    /// @notice Puts a GPU out of the pool, if who brought it is no longer a member of its distributed operator and no
    /// bookings are ahead. By the operator. Ends a running spot rental.
    function release(uint256 gpuId) external;

    /// @notice Lets the present owner of a GPU bring it to a pool. By the pool's operator.
    function invite(uint256 gpuId, uint256 poolId) external;

    /// @notice Brings a GPU that is in no pool to one of its model; it is ACTIVE at once. By its owner, who must be able
    /// to contribute to the operator or be invited, and becomes the GPU's contributor.
    function joinPool(uint256 gpuId, uint256 poolId) external;

    /// @notice Names the market, once and for all. By the access manager's admin.
    function setMarket(address market) external;

    /// @notice The contract told when a GPU leaves ACTIVE, and asked for bookings; zero before it is named.
    function market() external view returns (address);

    /// @notice All that a rental asks for, from one word of storage. No pool: both ids are 0, and it isn't ACTIVE.
    /// @param exitAt when the owner may take it out of the pool, seconds since 1970; 0 if no exit is announced
    function stateOf(uint256 gpuId)
        external
        view
        returns (GpuStatus status, uint256 poolId, uint256 operatorId, uint64 exitAt);

    /// @notice The GPU's status.
    function statusOf(uint256 gpuId) external view returns (GpuStatus);

    /// @notice Since when the GPU hasn't been ACTIVE, seconds since 1970; 0 while it is.
    function offlineSince(uint256 gpuId) external view returns (uint64);

    /// @notice The pool the GPU is in, or 0.
    function poolOf(uint256 gpuId) external view returns (uint256 poolId);

    /// @notice The operator of the GPU's pool, or 0.
    function operatorOf(uint256 gpuId) external view returns (uint256 operatorId);

    /// @notice Who brought the GPU to its pool.
    function contributorOf(uint256 gpuId) external view returns (address);

    /// @notice keccak256 of the GPU's model.
    function modelOf(uint256 gpuId) external view returns (bytes32 modelId);

    /// @notice The living GPU with this UUID hash, or 0.
    function gpuOf(bytes32 uuidHash) external view returns (uint256 gpuId);

    /// @notice How many of the hours `[fromHour, toHour)` found the GPU not ACTIVE at some moment. While it isn't ACTIVE
    /// that is each hour from the one in which it went offline, those to come too.
    /// @param fromHour whole UTC hours since 1970
    function lostHours(uint256 gpuId, uint256 fromHour, uint256 toHour) external view returns (uint256 hourCount);

    /// @notice How often the token has moved since its mint, or what it stands for has changed: its pool, or that it is
    /// retired. What is listed is the token as it was at this count.
    function transferCount(uint256 gpuId) external view returns (uint256);

    /// @notice Whether the pool's operator has invited the GPU, and it hasn't moved since.
    function isInvited(uint256 gpuId, uint256 poolId) external view returns (bool);
}
