// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC2981} from "@openzeppelin/contracts/interfaces/IERC2981.sol";
import {IERC4906} from "@openzeppelin/contracts/interfaces/IERC4906.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IGpuNFT} from "contracts/src/interfaces/IGpuNFT.sol";
import {IMarketplace} from "contracts/src/interfaces/IMarketplace.sol";
import {IOperatorRegistry} from "contracts/src/interfaces/IOperatorRegistry.sol";
import {IPoolRegistry} from "contracts/src/interfaces/IPoolRegistry.sol";
import {GpuMetadata} from "contracts/src/libraries/GpuMetadata.sol";
import {GpuStatus, OperatorMode} from "contracts/src/types/Types.sol";

/// @title GPU NFTs; see {IGpuNFT}
contract GpuNFT is IGpuNFT, ERC721, IERC2981, IERC4906, AccessManaged {
    struct Gpu {
        // slot 0
        uint64 poolId;
        GpuStatus status;
        address contributor;
        // slot 1
        bytes32 uuidHash;
    }

    /// ERC-4906 has events only, so its id can't be computed
    bytes4 private constant ERC4906_ID = 0x49064906;

    IOperatorRegistry public immutable OPERATORS;
    IPoolRegistry public immutable POOLS;
    /// the operator's part of a sale, by ERC-2981
    uint256 public immutable ROYALTY_BPS;

    address public override market;
    uint256 private _gpuCount;
    mapping(uint256 gpuId => Gpu) private _gpus;
    /// @inheritdoc IGpuNFT
    mapping(bytes32 uuidHash => uint256 gpuId) public override gpuOf;

    constructor(address manager, IOperatorRegistry operators, IPoolRegistry pools, uint16 royaltyBps)
        ERC721("Berkeley Compute GPU", "BCGPU")
        AccessManaged(manager)
    {
        OPERATORS = operators;
        POOLS = pools;
        ROYALTY_BPS = royaltyBps;
    }

    /// @inheritdoc IGpuNFT
    function mint(uint256 poolId, address to, bytes32 uuidHash) external returns (uint256 gpuId) {
        uint256 operatorId = POOLS.operatorOf(poolId);
        if (!OPERATORS.canContribute(operatorId, msg.sender)) revert GpuNFT_CannotContribute(operatorId, msg.sender);
        if (OPERATORS.modeOf(operatorId) == OperatorMode.SELF_POOLED && OPERATORS.ownerOf(operatorId) != to) {
            revert GpuNFT_SelfPooledOnly(operatorId, to);
        }
        if (uuidHash == 0) revert GpuNFT_ZeroUuid();
        if (gpuOf[uuidHash] != 0) revert GpuNFT_UuidTaken(uuidHash, gpuOf[uuidHash]);

        gpuId = ++_gpuCount;
        _gpus[gpuId] = Gpu(SafeCast.toUint64(poolId), GpuStatus.ACTIVE, msg.sender, uuidHash);
        gpuOf[uuidHash] = gpuId;
        emit GpuMinted(gpuId, poolId, operatorId, to, msg.sender, POOLS.modelOf(poolId), uuidHash);
        _mint(to, gpuId);
    }

    /// @inheritdoc IGpuNFT
    function setStatus(uint256 gpuId, GpuStatus status) external {
        _requireGpu(gpuId);
        Gpu storage gpu = _gpus[gpuId];
        GpuStatus before = gpu.status;
        if (msg.sender != gpu.contributor && msg.sender != OPERATORS.ownerOf(operatorOf(gpuId))) {
            revert GpuNFT_NotCaretaker(gpuId, msg.sender);
        }
        if (before == GpuStatus.RETIRED) revert GpuNFT_Retired(gpuId);
        if (before == status) revert GpuNFT_SameStatus(gpuId, status);

        gpu.status = status;
        if (status == GpuStatus.RETIRED) delete gpuOf[gpu.uuidHash];
        emit GpuStatusSet(gpuId, status);
        emit MetadataUpdate(gpuId);
        if (before == GpuStatus.ACTIVE) IMarketplace(market).onGpuInactive(gpuId);
    }

    /// @inheritdoc IGpuNFT
    function setMarket(address market_) external restricted {
        if (market != address(0)) revert GpuNFT_MarketSet(market);
        market = market_;
    }

    /// @inheritdoc IGpuNFT
    function statusOf(uint256 gpuId) external view returns (GpuStatus) {
        _requireGpu(gpuId);
        return _gpus[gpuId].status;
    }

    /// @inheritdoc IGpuNFT
    function contributorOf(uint256 gpuId) external view returns (address) {
        _requireGpu(gpuId);
        return _gpus[gpuId].contributor;
    }

    /// @notice ERC-2981: a part of each sale goes to where the operator is paid.
    function royaltyInfo(uint256 gpuId, uint256 salePrice) external view returns (address receiver, uint256 amount) {
        return (OPERATORS.payoutOf(operatorOf(gpuId)), salePrice * ROYALTY_BPS / 10_000);
    }

    /// @inheritdoc IGpuNFT
    function poolOf(uint256 gpuId) public view returns (uint256 poolId) {
        _requireGpu(gpuId);
        return _gpus[gpuId].poolId;
    }

    /// @inheritdoc IGpuNFT
    function operatorOf(uint256 gpuId) public view returns (uint256 operatorId) {
        return POOLS.operatorOf(poolOf(gpuId));
    }

    /// @notice The GPU's description as a JSON data URI.
    function tokenURI(uint256 gpuId) public view override returns (string memory) {
        _requireGpu(gpuId);
        Gpu memory gpu = _gpus[gpuId];
        return GpuMetadata.toDataUri(gpuId, gpu.poolId, gpu.status, gpu.uuidHash);
    }

    /// @notice ERC-165, with ERC-2981 and ERC-4906.
    function supportsInterface(bytes4 interfaceId) public view override(ERC721, IERC165) returns (bool) {
        return
            interfaceId == ERC4906_ID || interfaceId == type(IERC2981).interfaceId
                || super.supportsInterface(interfaceId);
    }

    function _requireGpu(uint256 gpuId) private view {
        if (_ownerOf(gpuId) == address(0)) revert GpuNFT_NoGpu(gpuId);
    }
}
